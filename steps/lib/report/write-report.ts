import { join } from "node:path";
import type { Random } from "../clock/clock.ts";
import { writeFileAtomically } from "../state/write-file-atomically.ts";
import { renderHtml } from "./render-html.ts";
import { renderMarkdown } from "./render-markdown.ts";
import type { Report } from "./types.ts";

export interface ReportFiles {
  readonly json: string;
  readonly markdown: string;
  readonly html: string;
  /** Prometheus text. */
  readonly metrics: string;
}

/** The form for programs. It is written last: where it is, the others are. */
export const reportFileName = "report.json";

/**
 * Writes one report in its three forms, and its figures as metrics, into a folder.
 *
 * @throws FairleadError when the volume refuses
 * @example const { html } = await writeReport("/workspace/output", report, { mode: 0o664, random });
 */
export async function writeReport(
  folder: string,
  report: Report,
  options: { readonly mode: number; readonly random: Random },
): Promise<ReportFiles> {
  const files = {
    json: join(folder, reportFileName),
    markdown: join(folder, "report.md"),
    html: join(folder, "report.html"),
    metrics: join(folder, "metrics.prom"),
  };
  await writeFileAtomically(files.markdown, renderMarkdown(report), options);
  await writeFileAtomically(files.html, renderHtml(report), options);
  // Only who writes a report needs the library.
  const { renderMetrics } = await import("./render-metrics.ts");
  await writeFileAtomically(files.metrics, await renderMetrics(report), options);
  await writeFileAtomically(files.json, `${JSON.stringify(report, undefined, 2)}\n`, options);
  return files;
}
