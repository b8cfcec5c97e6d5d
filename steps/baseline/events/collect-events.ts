import { exitCodeOf } from "../failure/exit-code.ts";
import { countResults } from "../run/count-results.ts";
import type { AssetRecord, Dependency, RunRecord, TombstoneRecord } from "../run/run-record.ts";
import { objectKey } from "../state/baseline-state.ts";
import type { RunEvent } from "./run-event.ts";

/** `a`, `a and b`, `a, b and c`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

function assetEvents({ asset, identity, events }: AssetRecord): readonly RunEvent[] {
  const target = identity === undefined ? asset : objectKey(identity);
  return events.map(({ reason, note }) => ({ reason, target, note }));
}

function tombstoneEvents(record: TombstoneRecord): readonly RunEvent[] {
  const target = objectKey(record.identity);
  switch (record.status) {
    case "deleted":
      return [{ reason: "TombstoneDeleted", target, note: `${target}, of an earlier release, was deleted` }];
    case "skipped":
      return [
        { reason: "TombstoneSkipped", target, note: `${target}, of an earlier release, is kept: ${record.reason}` },
      ];
    case "failed":
      return [
        {
          reason: "TombstoneFailed",
          target,
          note: `${target}, of an earlier release, is still there: ${record.reason}`,
        },
      ];
    case "gone":
    case "pending":
      return [];
  }
}

function crdEvents({ crd, isMissing, assets }: Dependency, missingBefore: ReadonlySet<string>): readonly RunEvent[] {
  const names = listed(assets);
  if (isMissing) {
    return [{ reason: "CRDMissing", target: crd, note: `${crd} is not installed, so nothing is applied for ${names}` }];
  }
  if (!missingBefore.has(crd)) return [];
  return [{ reason: "CRDDiscovered", target: crd, note: `${crd} is installed now, and unlocks ${names}` }];
}

function successEvents(record: RunRecord): readonly RunEvent[] {
  if (record.ending.ending !== "completed" || exitCodeOf(record) !== 0) return [];
  const { applied, selected } = countResults(record);
  const { namespace, name } = record.hco;
  const target = `HyperConverged/${namespace}/${name}`;
  return [{ reason: "ReconcileSucceeded", target, note: `${applied} of ${selected} assets were applied, none failed` }];
}

/**
 * The Events of a run, in the order of what it did, one for each reason and target. A dry run and one that found no
 * HyperConverged have none: there is nothing to tell, or nobody to tell it of. Pure.
 *
 * @param missingBefore CRDs that the run before missed
 */
export function eventsOf(record: RunRecord, missingBefore: readonly string[]): readonly RunEvent[] {
  if (record.isDryRun || record.ending.ending === "hco-not-found") return [];
  const before = new Set(missingBefore);
  const all = [
    ...record.events,
    ...record.tombstones.flatMap(tombstoneEvents),
    ...record.dependencies.flatMap((one) => crdEvents(one, before)),
    ...record.assets.flatMap(assetEvents),
    ...successEvents(record),
  ];
  const seen = new Map<string, RunEvent>();
  for (const event of all) {
    const key = JSON.stringify([event.reason, event.target]);
    if (!seen.has(key)) seen.set(key, event);
  }
  return [...seen.values()];
}
