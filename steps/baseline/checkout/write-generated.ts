import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import { readCommitted } from "./read-committed.ts";

// As git checks a file out.
const mode = 0o644;

/** A file that is made of the assets, by its path below the checkout. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** Writes those files that are others now; one that is the same keeps its time. @returns the paths of those written */
export async function writeGenerated(
  folder: string,
  files: readonly GeneratedFile[],
  random: Random,
): Promise<readonly string[]> {
  const written: string[] = [];
  for (const { path, text } of files) {
    if ((await readCommitted(folder, path)) === text) continue;
    await writeFileAtomically(join(folder, path), text, { mode, random });
    written.push(path);
  }
  return written;
}
