import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { renderHtml } from "../../lib/report/render-html.ts";
import { renderMarkdown } from "../../lib/report/render-markdown.ts";
import type { Report } from "../../lib/report/types.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { ContextDocument } from "../context/context-document.ts";
import type { RunEvent } from "../events/run-event.ts";
import { runSummary } from "../report/run-summary.ts";
import type { RunRecord } from "./run-record.ts";

export interface RunFiles {
  readonly record: RunRecord;
  /** Of that record, for people. */
  readonly report: Report;
  readonly events: readonly RunEvent[];
  readonly document: ContextDocument | undefined;
  /** Prometheus text; absent for a run that says nothing of the present state. */
  readonly metrics: string | undefined;
}

const mode = 0o664;

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/**
 * Leaves what a run has to tell in a folder: for people, for programs, for Prometheus, and what it was decided by. The
 * summary is written last: where it is, the others are.
 *
 * @returns path of the summary
 * @throws FairleadError when the volume refuses
 */
export async function writeRunFiles(folder: string, files: RunFiles, random: Random): Promise<string> {
  const { record, report, events, document, metrics } = files;
  const summary = join(folder, record.isDryRun ? "plan.json" : "report.json");
  const all: readonly (readonly [name: string, text: string | undefined])[] = [
    ["report.md", renderMarkdown(report)],
    ["report.html", renderHtml(report)],
    ["context.json", document === undefined ? undefined : json(document)],
    ["metrics.prom", metrics],
  ];
  for (const [name, text] of all) {
    if (text !== undefined) await writeFileAtomically(join(folder, name), text, { mode, random });
  }
  await writeFileAtomically(summary, json(runSummary(record, events)), { mode, random });
  return summary;
}
