import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { untilEstablished } from "../api-servers/until-established.ts";
import type { TestApiServer } from "../api-servers.ts";

const definitions = join(import.meta.dirname, "../../fixtures/baseline/crds");

/** Releases of the descheduler whose CRDs differ. */
export type DeschedulerRelease = "4.17" | "4.19" | "4.21";

const namespaces = [
  "openshift-cnv",
  "openshift-kube-descheduler-operator",
  "openshift-monitoring",
  "openshift-mtv",
  "metallb-system",
  "openshift-logging",
  "openshift-workload-availability",
] as const;

async function crdFiles(release: DeschedulerRelease): Promise<readonly string[]> {
  const all = await readdir(definitions);
  return all
    .filter((file) => !file.startsWith("kubedeschedulers") || file.endsWith(`.${release}.yaml`))
    .map((file) => join(definitions, file));
}

/** Makes a bare API server one of a virtualization platform: its CRDs and namespaces, and no controller. */
export async function installPlatform(
  server: Pick<TestApiServer, "kubectl">,
  release: DeschedulerRelease,
): Promise<void> {
  const files = await crdFiles(release);
  await server.kubectl(["create", ...files.flatMap((file) => ["-f", file])]);
  await untilEstablished(server, "--all");
  const list = namespaces.map((namespace) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }));
  await server.kubectl(["apply", "-f", "-"], JSON.stringify({ apiVersion: "v1", kind: "List", items: list }));
}
