import { join } from "node:path";
import { loadValidator } from "../../lib/schema/load-validator.ts";
import { baselineError } from "../baseline-error.ts";
import { places } from "../checkout/places.ts";
import { readCommitted } from "../checkout/read-committed.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { lockSchema } from "./lock.schema.ts";
import { type CrdLock, readLock } from "./lock.ts";

/** The lock of a checkout; `undefined` where there is none. @throws FairleadError BASE-CHK-02, BASE-CRD-03 (exit 2) */
export async function readCommittedLock(folder: string): Promise<CrdLock | undefined> {
  const text = await readCommitted(folder, places.crdLock);
  if (text === undefined) return undefined;
  const read = readLock(text, await loadValidator("baseline-crds-lock", () => lockSchema));
  if (read.state === "read") return read.lock;
  throw baselineError(
    "BASE-CRD-03",
    {
      what: `the lock of the CRD collection cannot be read: ${join(folder, places.crdLock)}`,
      why: read.reason,
      fix: "take the committed one back with git, or remove it and run `fairlead baseline update-crds`",
    },
    baselineExit.invalidInput,
  );
}
