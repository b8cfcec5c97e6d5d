import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { kubeconfigFile } from "../../support/api-servers/test-api-server.ts";
import {
  backupOperator,
  backupOperatorHealth,
  hasRestoreWebhook,
  prepareBackupOperator,
  restoreWebhook,
} from "./backup-operator.ts";
import type { Hub } from "./hub.ts";
import { hubNames } from "./hub-names.ts";
import { type PartBasis, part } from "./hub-parts.ts";
import type { Part } from "./hub-state.ts";
import type { BackupOperatorOptions } from "./hubs-options.ts";
import { applyManifests } from "./start-hub.ts";

export interface HubOperators {
  /** `2.16.1`: which release is played, or which one the real operator is of. */
  readonly acmVersion: string;
  /** Played seconds per real second; a real operator keeps its own time. */
  readonly timeScale: number;
  /** Folder that the simulators of all hubs share. */
  readonly bucket: string;
  /** Takes the place of the played backup operator. */
  readonly operator?: BackupOperatorOptions;
}

const simulatorProgram = join(import.meta.dirname, "../../sim/main.ts");

function simulator(basis: PartBasis, options: HubOperators): Part {
  const flags = {
    kubeconfig: kubeconfigFile(basis.folder, "simulator"),
    "acm-version": options.acmVersion,
    play: options.operator === undefined ? "operator,clusters,installation" : "clusters,accounts,installation",
    bucket: options.bucket,
    "time-scale": String(options.timeScale),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
  return { ...part(basis, "simulator", [simulatorProgram, ...args]), command: process.execPath };
}

async function startSimulator(hub: Hub, basis: PartBasis, options: HubOperators): Promise<void> {
  const made = simulator(basis, options);
  await hub.launch(made, async () => {
    const said = await readFile(made.logFile, "utf8");
    return said.includes('"event":"ready"') ? undefined : "it has not said that it is ready";
  });
}

async function startRealOperator(hub: Hub, basis: PartBasis, options: HubOperators, program: string): Promise<void> {
  await prepareBackupOperator(basis);
  await hub.launch(backupOperator(basis, program), async () => {
    const answer = await fetch(backupOperatorHealth(basis));
    return answer.ok ? undefined : `it answered ${answer.status}`;
  });
  if (!hasRestoreWebhook(options.acmVersion)) return;
  // Last: while nobody answers it, every Restore is refused.
  await applyManifests(hub, [restoreWebhook(await readFile(hub.caFile, "utf8"))]);
}

/**
 * Starts what moves a hub on, each part as a process of its own that ends with the hub: the simulator of its operators
 * and clusters, and the real backup operator instead of the played one where there is one.
 */
export async function startOperators(hub: Hub, options: HubOperators): Promise<void> {
  const namespace = hubNames(dirname(hub.folder)).hub(hub.name);
  const basis = { name: hub.name, folder: hub.folder, address: hub.address, namespace, programs: {} };
  const { operator } = options;
  if (operator !== undefined) await startRealOperator(hub, basis, options, operator.program);
  await startSimulator(hub, basis, options);
}
