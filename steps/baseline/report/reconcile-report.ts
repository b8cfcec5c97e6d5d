import type { Report, ReportError } from "../../lib/report/types.ts";
import { outcomeOf } from "../failure/exit-code.ts";
import { failureText } from "../failure/failure-text.ts";
import { marker } from "../markers/marker-keys.ts";
import { describeRollout } from "../rollout/plan-rollout.ts";
import { countResults, isFailed } from "../run/count-results.ts";
import type { RunRecord } from "../run/run-record.ts";
import { objectKey } from "../state/baseline-state.ts";
import { reportTables } from "./report-tables.ts";

const longestSummary = 200;

function counted(count: number, singular: string): string {
  return `${count} ${singular}${count === 1 ? "" : "s"}`;
}

function sentenceOf(record: RunRecord): string {
  const { ending } = record;
  const { namespace, name } = record.hco;
  switch (ending.ending) {
    case "disabled":
      return `the baseline is off: HyperConverged ${namespace}/${name} does not opt in`;
    case "hco-not-found":
      return `there is no HyperConverged ${namespace}/${name}, so there is nothing to keep`;
    case "precondition-missing":
      return `${ending.crd} is not installed`;
    case "locked":
      return `${ending.holder} is at work, and this run changed nothing`;
    case "invalid-input":
      return `the input is not valid, and nothing was changed: ${ending.error}`;
    case "interrupted":
      return `the run was interrupted: ${ending.error}`;
    case "error":
      return `the run could not go on: ${ending.error}`;
    case "completed": {
      const { selected, applied, unchanged, failed, paused } = countResults(record);
      const did = record.isDryRun ? "would be applied" : "applied";
      return `of ${counted(selected, "asset")}, ${applied} ${did}, ${unchanged} in place, ${paused} paused, ${failed} failed`;
    }
  }
}

function cut(text: string): string {
  return text.length <= longestSummary ? text : `${text.slice(0, longestSummary - 1)}…`;
}

function errorsOf(record: RunRecord): readonly ReportError[] {
  const at = new Date(record.finishedAt).toISOString();
  return record.assets.filter(isFailed).map((failed) => ({ ...failureText(failed), at }));
}

function warningsOf({ assets, tombstones, rollouts, advice }: RunRecord): readonly string[] {
  const told = assets.flatMap(({ asset, events }) =>
    events
      .filter(({ reason }) => reason === "InvalidPatch" || reason === "InvalidMode")
      .map(({ note }) => `${asset}: ${note}`),
  );
  const left = tombstones.flatMap((record) =>
    record.status === "failed" || record.status === "skipped"
      ? [`${objectKey(record.identity)}, of an earlier release, is still there: ${record.reason}`]
      : [],
  );
  return [...rollouts.map(describeRollout), ...told, ...left, ...advice];
}

function nextActions({ assets, dependencies, tombstones, isDryRun }: RunRecord): readonly string[] {
  const missing = dependencies
    .filter(({ isMissing }) => isMissing)
    .map(
      ({ crd, assets: names }) => `Install the operator of ${crd}, or turn off what asks for it: ${names.join(", ")}`,
    );
  const paused = assets.flatMap(({ result, identity, asset }) =>
    result === "paused"
      ? [
          `Find who else writes ${identity === undefined ? asset : objectKey(identity)}, then remove ${marker.reconcilePaused} from it or run resume`,
        ]
      : [],
  );
  const namespaces = assets.flatMap((record) => (record.result === "namespace-missing" ? [record.namespace] : []));
  const held = tombstones.filter(({ status }) => status === "pending");
  return [
    ...paused,
    ...missing,
    ...[...new Set(namespaces)].map(
      (namespace) => `Create the namespace ${namespace}, mostly by installing its operator`,
    ),
    ...held.map(({ identity }) => `See which finalizer keeps ${objectKey(identity)}`),
    ...(isDryRun ? ["Run it without dry-run to apply this"] : []),
  ];
}

/** Everything that a person wants to know of a run. Pure. */
export function reconcileReport(record: RunRecord): Report {
  const { hco, runId } = record;
  const counts = countResults(record);
  return {
    schemaVersion: "1.0",
    title: record.isDryRun ? "Platform baseline, dry run" : "Platform baseline",
    operation: "baseline",
    operationId: `${hco.namespace}/${hco.name}`,
    runName: runId,
    outcome: outcomeOf(record),
    summary: cut(sentenceOf(record)),
    startedAt: new Date(record.startedAt).toISOString(),
    finishedAt: new Date(record.finishedAt).toISOString(),
    facts: [
      { label: "HyperConverged", value: `${hco.namespace}/${hco.name}` },
      ...(hco.generation === undefined ? [] : [{ label: "Its generation", value: String(hco.generation) }]),
      { label: "Assets for this cluster", value: String(counts.selected) },
      { label: record.isDryRun ? "Would be applied" : "Applied", value: String(counts.applied) },
      { label: "In place", value: String(counts.unchanged) },
      { label: "Unmanaged", value: String(counts.unmanaged) },
      { label: "Excluded", value: String(counts.excluded) },
      { label: "Paused", value: String(counts.paused) },
      { label: "Failed", value: String(counts.failed) },
    ],
    timeline: [],
    checks: [],
    tables: reportTables(record),
    warnings: warningsOf(record),
    errors: errorsOf(record),
    nextActions: nextActions(record),
  };
}
