import { expect } from "@jest/globals";
import { type FinalizersEdit, including, without } from "../../../sim/kube/finalizers.ts";
import type { Ended, SwitchoverBench } from "./switchover-bench.ts";

interface Archived {
  readonly name: string;
  readonly uid: string;
  readonly phase: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** How a process ended; what it wrote last where that is not what was wanted. */
export const endOf = ({ exitCode, stderr }: Ended, wanted: number): string =>
  `exit ${exitCode}${exitCode === wanted ? "" : `: ${stderr.slice(-3000)}`}`;

export function succeed(end: Ended): void {
  expect(endOf(end, 0)).toBe("exit 0");
}

/** The Restore that a completed switchover created, as it was archived before finalization deleted it. */
export async function activationOf(
  bench: SwitchoverBench,
  name: string,
): Promise<{
  readonly archived: readonly Archived[];
  readonly created: Archived | undefined;
  /** Managed clusters, credentials, resources. */
  readonly names: readonly string[];
}> {
  const state = await bench.state();
  // The state file is the program's own; a wrong shape fails the expectations on it.
  const memory = state?.["config"] as { readonly archived_restores?: readonly Archived[] } | undefined;
  const archived = memory?.archived_restores ?? [];
  const created = archived.findLast((restore) => restore.name === name);
  const names = ["veleroManagedClustersBackupName", "veleroCredentialsBackupName", "veleroResourcesBackupName"].map(
    (field) => String(created?.spec[field]),
  );
  return { archived, created, names };
}

const heldBy = "test.example.com/hold";
type Hub = "primary" | "secondary";

async function editFinalizers(bench: SwitchoverBench, hub: Hub, name: string, edit: FinalizersEdit): Promise<void> {
  const restore = await bench.pair.seeds[hub].find("restores", name);
  if (restore === undefined) throw new Error(`there is no Restore ${name} to hold`);
  await bench.pair.seeds[hub].editFinalizers("restores", restore, edit);
}

/** Its deletion is accepted and does not end. */
export async function hold(bench: SwitchoverBench, hub: Hub, name: string): Promise<void> {
  await editFinalizers(bench, hub, name, including(heldBy));
}

export async function letGo(bench: SwitchoverBench, hub: Hub, name: string): Promise<void> {
  await editFinalizers(bench, hub, name, without(heldBy));
}
