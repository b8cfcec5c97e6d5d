import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../lib/errors/error-code.ts";
import { errorWords } from "../../lib/kube/error-words.ts";
import { readTextFile } from "../../lib/kube/read-text-file.ts";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { isWithin } from "./is-within.ts";

const maximumBytes = 4 * 1024 * 1024;

function unusable(path: string, why: string) {
  return baselineError(
    "BASE-CHK-02",
    {
      what: `${path} of the checkout cannot be used`,
      why,
      fix: "commit it as a regular file of at most 4 MiB, and not as a link that leads out of the repository",
    },
    baselineExit.invalidInput,
  );
}

/**
 * The text of a file of a checkout; `undefined` where there is none. Anybody may have proposed what is in it, and what
 * differs is told: links are followed before it is judged where they lead, and nothing outside is read.
 *
 * @param path below the folder
 * @throws FairleadError BASE-CHK-02 (exit 2)
 */
export async function readCommitted(folder: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(folder, path));
    if (isWithin(await realpath(folder), real)) return await readTextFile(real, maximumBytes);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw unusable(path, errorWords(error));
  }
  throw unusable(path, "it is a link to something outside of the checkout");
}
