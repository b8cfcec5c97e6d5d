import type { Random } from "../../lib/clock/clock.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";

interface ReportFile {
  readonly random: Random;
  readonly inTekton: boolean;
}

/**
 * Leaves a report for programs.
 *
 * @returns its path, to show to people
 */
export async function writeJsonReport(
  path: string,
  document: object,
  { random, inTekton }: ReportFile,
): Promise<string> {
  const mode = inTekton ? 0o664 : 0o600;
  await writeFileAtomically(path, `${JSON.stringify(document, undefined, 2)}\n`, { mode, random });
  return path;
}
