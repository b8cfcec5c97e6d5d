import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { repositoryRoot } from "../../../images/build/repository-root.ts";
import { collectTraces } from "./collect-traces.ts";
import { handOverKubeconfig, install } from "./install.ts";
import type { Kubectl } from "./kubectl.ts";
import { operationRun } from "./operation-run.ts";
import { type OperationOptions, operationOptions, type RegistryOptions, registryOptions } from "./options.ts";
import { findReleased, type Released } from "./released.ts";
import { requireTekton } from "./require-tekton.ts";
import { type RunEnd, startRun, untilEnded } from "./run-to-end.ts";

const area = "switchover";

export interface CurrentCluster {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly kubectl: Kubectl;
  readonly log: (line: string) => void;
}

/** Installs what the registry holds of this version. @throws SetupError CURRENT-01, CURRENT-06 to CURRENT-08 */
export async function installOnCurrent(cluster: CurrentCluster): Promise<Released> {
  const registry = registryOptions(cluster.environment);
  await requireTekton(cluster.kubectl);
  return await installFrom(registry, cluster);
}

async function installFrom(registry: RegistryOptions, { kubectl, log }: CurrentCluster): Promise<Released> {
  const released = await findReleased(area, registry);
  for (const [name, reference] of Object.entries(released)) log(`${name.padEnd(9)} ${reference}`);
  await install(kubectl, area, released);
  log("installed in the namespace fairlead");
  return released;
}

async function runOperation(
  options: OperationOptions,
  released: Released,
  { kubectl, log }: CurrentCluster,
): Promise<RunEnd> {
  for (const hub of ["primary", "secondary"] as const)
    await handOverKubeconfig(kubectl, `${area}-${hub}-kubeconfig`, options.targets[hub]);
  const run = await operationRun(options, released.pipelines);
  const name = await startRun(kubectl, run);
  log(`started   ${name} (${options.operation})`);
  const end = await untilEnded(kubectl, name, run.spec.timeouts.pipeline);
  log(`ended     ${end.reason}: ${end.results["summary"] || end.message}`);
  return end;
}

/** The last lines of a step say what, why and what to do; those of Tekton's own containers do not. */
async function lastLines(file: string): Promise<string> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => /^\[[^\]]*\/step-/.test(line));
  return lines
    .slice(-6)
    .map((line) => line.replace(/^\[[^\]]*\] /, ""))
    .join("\n");
}

/**
 * Installs, hands the targets' kubeconfigs over, runs the operation and follows it. After a failure the logs, objects
 * and events of the run are in dist/current.
 *
 * @throws SetupError CURRENT-01 to CURRENT-08; nothing is changed on the cluster before all of them are ruled out
 */
export async function verifyOnCurrent(cluster: CurrentCluster): Promise<RunEnd> {
  const registry = registryOptions(cluster.environment);
  const operation = await operationOptions(cluster.environment);
  await requireTekton(cluster.kubectl);
  const end = await runOperation(operation, await installFrom(registry, cluster), cluster);
  if (!end.succeeded) {
    const folder = join(repositoryRoot, "dist/current", end.name);
    const files = await collectTraces(cluster.kubectl, end.name, folder);
    cluster.log(`\n${await lastLines(join(folder, "pods.log"))}\n\nkept      ${files.join("\n          ")}`);
  }
  return end;
}
