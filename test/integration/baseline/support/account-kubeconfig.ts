import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";
import type { BaselineBench } from "./baseline-bench.ts";

/** Path of a kubeconfig for a ServiceAccount that is there, by a new token of its own. */
export async function accountKubeconfig(
  { server, folder }: BaselineBench,
  { namespace, account }: { readonly namespace: string; readonly account: string },
): Promise<string> {
  const token = await server.kubectl(["-n", namespace, "create", "token", account]);
  const text = kubeconfig({
    name: server.name,
    url: server.url,
    authority: await readFile(server.caFile, "utf8"),
    user: account,
    credential: { token: token.trim() },
  });
  const path = join(folder, `${account}.kubeconfig`);
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
