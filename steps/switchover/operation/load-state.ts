import { rm } from "node:fs/promises";
import type { Clock } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { loadValidator } from "../../lib/schema/load-validator.ts";
import { keepCopy } from "../../lib/state/keep-copy.ts";
import { type LoadedJson, loadJsonFile } from "../../lib/state/load-json-file.ts";
import { type UnusableOptions, unusableFile } from "../../lib/state/unusable-file.ts";
import { placeInTheMiddle } from "../state/place-in-the-middle.ts";
import { stateDocumentSchema } from "../state/state-document.schema.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverError, switchoverExit } from "../switchover-error.ts";

// 3,500 clusters in the baseline take about 400 KB.
const maximumBytes = 32 * 1024 * 1024;

/** What is in the file of an operation. Changes nothing, not even beside a file that cannot be used. */
export async function readState(path: string): Promise<LoadedJson<StateDocument>> {
  return await loadJsonFile<StateDocument>(path, {
    maxBytes: maximumBytes,
    versionKey: "version",
    major: 2,
    validate: await loadValidator("switchover-state", () => stateDocumentSchema),
  });
}

/**
 * The state of an operation, `undefined` when there is none. A file that cannot be used is copied aside and refused,
 * never taken for an absent one.
 *
 * @throws FairleadError STATE-05, STATE-06, STATE-07 (exit 4)
 */
export async function loadState(path: string, clock: Clock): Promise<StateDocument | undefined> {
  const loaded = await readState(path);
  if (loaded.state === "absent") {
    return undefined;
  }
  if (loaded.state === "loaded") {
    return loaded.value;
  }
  const options = {
    what: "state file",
    exitCode: switchoverExit.refused,
    fix: "give reset-state to start over; a copy of the file is kept",
  };
  throw loaded.state === "corrupt"
    ? await corruptFile(path, loaded, options, clock)
    : unusableFile(path, loaded, options);
}

/** A copy that cannot be made, on a full volume or of a folder, must not hide what is wrong with the file. */
async function corruptFile(
  path: string,
  loaded: { readonly state: "corrupt"; readonly reason: string },
  options: UnusableOptions,
  clock: Clock,
): Promise<FairleadError> {
  try {
    return unusableFile(path, loaded, { ...options, copy: await keepCopy(path, "corrupt", clock.now()) });
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    return unusableFile(path, { ...loaded, reason: `${loaded.reason}; no copy could be kept of it` }, options);
  }
}

/**
 * Removes the state after keeping a copy. Refused in the middle of a switchover unless forced: what was done on the
 * hubs would be forgotten.
 *
 * @throws FairleadError SW-STATE-01 (exit 4)
 */
export async function resetState(path: string, clock: Clock, force: boolean): Promise<void> {
  const state = await loadState(path, clock).catch(() => "unusable" as const);
  if (state === undefined) {
    return;
  }
  const place = state === "unusable" ? undefined : placeInTheMiddle(state);
  if (place !== undefined && !force) {
    throw switchoverError(
      "SW-STATE-01",
      {
        what: `the operation is in the middle (${place}), and its state would be lost`,
        why: "what was already changed on the hubs is known only there",
        fix: "resume it, or give force together with reset-state",
      },
      "refused",
    );
  }
  await keepCopy(path, "reset", clock.now());
  await rm(path, { force: true });
}
