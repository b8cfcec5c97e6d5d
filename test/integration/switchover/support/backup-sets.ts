import { setTimeout as pause } from "node:timers/promises";
import type { SimObject } from "../../../sim/kube/sim-client.ts";
import { stamp, text } from "../../../sim/player.ts";
import type { SwitchoverBench } from "./switchover-bench.ts";

const schedules = {
  credentials: "acm-credentials-schedule",
  managedClusters: "acm-managed-clusters-schedule",
  generic: "acm-resources-generic-schedule",
  resources: "acm-resources-schedule",
} as const;
type Kind = keyof typeof schedules;
const kinds = Object.keys(schedules) as readonly Kind[];
const firstSet = 5;

const startOf = ({ status }: SimObject): number => Date.parse(text(status, "startTimestamp"));

/**
 * A further set of backups of the old hub that both hubs see as Completed; names by kind.
 *
 * @param secondsAgo which time the names tell; Velero runs them now
 * @param later by how many seconds the name of a kind is later than those of the others
 */
export async function furtherSet(
  { pair: { seeds } }: SwitchoverBench,
  secondsAgo = 0,
  later: Readonly<Partial<Record<Kind, number>>> = {},
): Promise<Readonly<Record<Kind, string>>> {
  const last = Math.max(...(await seeds.primary.list("veleroBackups")).map(startOf));
  // Starts and names have whole seconds: what is newer must be so by one.
  while (Date.now() < last + 1000) await pause(50);
  const named = Date.now() - secondsAgo * 1000;
  const names = { credentials: "", managedClusters: "", generic: "", resources: "" };
  for (const kind of kinds) {
    const of = stamp(named + (later[kind] ?? 0) * 1000);
    names[kind] = await seeds.primary.backup(schedules[kind], { stamp: of });
  }
  await seeds.primary.untilBackupsCompleted(firstSet + kinds.length);
  await seeds.secondary.untilBackupsCompleted(firstSet + kinds.length);
  return names;
}
