import { readFile } from "node:fs/promises";
import type { Report } from "../../steps/lib/report/types.ts";

/** Where a demo's time went, in milliseconds. */
export interface Shares {
  readonly totalMs: number;
  /** Until cluster, image and bundles were there. */
  readonly preparedMs: number;
  /** Waiting for the first backups and their arrival on the other hub. */
  readonly stagingMs: number;
  /** Steps of the run that wait for a Velero Backup: one runs at a time, and Velero looks at its queue once a minute. */
  readonly queueMs: number;
  /** Steps of the run that wait for the hubs' operators and clusters. */
  readonly operatorsMs: number;
}

const queueSteps = ["verify_new_backups", "verify_backup_integrity"];
const operatorSteps = [
  "pause_backup_schedule",
  "verify_passive_sync",
  "wait_restore_completion",
  "verify_clusters_connected",
  "enable_backup_schedule",
  "fix_backup_collision",
  "handle_old_hub",
  "rb_delete_activation_restore",
  "rb_enable_backup_schedule",
  "rb_verify",
  "rb_recreate_passive",
];

/** The waits of a run by its report. */
export async function readWaits(reportFile: string): Promise<Pick<Shares, "queueMs" | "operatorsMs">> {
  const { timeline }: Pick<Report, "timeline"> = JSON.parse(await readFile(reportFile, "utf8"));
  const sum = (steps: readonly string[]): number =>
    timeline.filter(({ step }) => steps.includes(step)).reduce((total, { durationMs }) => total + durationMs, 0);
  return { queueMs: sum(queueSteps), operatorsMs: sum(operatorSteps) };
}

export function shareLines({ totalMs, preparedMs, stagingMs, queueMs, operatorsMs }: Shares): readonly string[] {
  const line = (label: string, ms: number): string =>
    `${label.padEnd(58)}${String(Math.round(ms / 1000)).padStart(5)} s`;
  return [
    line("all", totalMs),
    line("Velero's queue, before the run", stagingMs),
    line("Velero's queue, in the run", queueMs),
    line("the hubs' operators and clusters, in the run", operatorsMs),
    line("our own share", totalMs - stagingMs - queueMs - operatorsMs),
    line("  of that, cluster, image and bundles", preparedMs),
  ];
}
