import { stamp } from "../../../sim/player.ts";
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
