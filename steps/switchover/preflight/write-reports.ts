import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import { type PreflightReportInput, preflightDocument } from "./preflight-report.ts";

interface ReportFiles {
  readonly random: Random;
  readonly inTekton: boolean;
}

/**
 * Leaves the report in the output folder, JSON for programs.
 *
 * @returns path of the report to show to people
 */
export async function writeReports(
  folder: string,
  input: PreflightReportInput,
  { random, inTekton }: ReportFiles,
): Promise<string> {
  const mode = inTekton ? 0o664 : 0o600;
  const json = join(folder, "preflight.json");
  await writeFileAtomically(json, `${JSON.stringify(preflightDocument(input), undefined, 2)}\n`, { mode, random });
  return json;
}
