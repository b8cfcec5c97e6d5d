import { join } from "node:path";
import type { BaselineBench } from "./baseline-bench.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/baseline/crds");

/** Takes kinds away with all their objects, as an operator that was never installed. Names of CRDs. */
export async function removeCrds({ server }: BaselineBench, ...names: readonly string[]): Promise<void> {
  await server.kubectl(["delete", "crd", ...names]);
}

/** @param file of the fixtures, where it is not named like the CRD */
export async function installCrd({ server }: BaselineBench, name: string, file = `${name}.yaml`): Promise<void> {
  await server.kubectl(["create", "-f", join(fixtures, file)]);
  await server.kubectl(["wait", "--for=condition=Established", "crd", name, "--timeout=60s"]);
}
