import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderManifests } from "../../../images/build/render.ts";
import type { Kubectl } from "./kubectl.ts";
import type { Released } from "./released.ts";

/** Where the manifests put everything. */
export const fairleadNamespace = "fairlead";

const apply = ["apply", "--server-side", "--force-conflicts"];

/** Installs or updates: the Pipelines, which take their Tasks from the bundle, the triggers and the accounts. */
export async function install(kubectl: Kubectl, area: string, released: Released): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-install-"));
  try {
    const rendered = await renderManifests(area, released.image, folder, { tasksBundle: released.tasks });
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: fairleadNamespace } };
    await kubectl([...apply, "-f", "-"], JSON.stringify(namespace));
    await kubectl([...apply, "-k", rendered]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Hands a kubeconfig over as a Secret; its content passes from kubectl to kubectl and is written nowhere. */
export async function handOverKubeconfig(kubectl: Kubectl, secret: string, file: string): Promise<void> {
  const manifest = await kubectl([
    ...["create", "secret", "generic", secret, "--namespace", fairleadNamespace],
    ...[`--from-file=kubeconfig=${file}`, "--dry-run=client", "--output=json"],
  ]);
  await kubectl([...apply, "-f", "-"], manifest);
}
