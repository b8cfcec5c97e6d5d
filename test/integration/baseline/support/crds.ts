import { join } from "node:path";
import { untilEstablished } from "../../../support/api-servers/until-established.ts";
import { eventually } from "../../../support/eventually.ts";
import type { BaselineBench } from "./baseline-bench.ts";

const fixtures = join(import.meta.dirname, "../../../fixtures/baseline/crds");

/** Takes kinds away with all their objects, as an operator that was never installed. Names of CRDs. */
export async function removeCrds({ server }: BaselineBench, ...names: readonly string[]): Promise<void> {
  await server.kubectl(["delete", "crd", ...names]);
}

/** Resolves when the server serves the kind. @param file of the fixtures, where it is not named like the CRD */
export async function installCrd({ server }: BaselineBench, name: string, file = `${name}.yaml`): Promise<void> {
  await server.kubectl(["create", "-f", join(fixtures, file)]);
  await untilEstablished(server, `crd/${name}`);
  // That follows the condition with a delay.
  await eventually(async () => void (await server.kubectl(["get", name, "--all-namespaces", "-o", "name"])));
}
