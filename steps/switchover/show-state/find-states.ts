import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorCode } from "../../lib/errors/error-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { LoadedJson } from "../../lib/state/load-json-file.ts";
import { readState } from "../operation/load-state.ts";
import type { StateDocument } from "../state/state-document.ts";
import { switchoverError } from "../switchover-error.ts";

// An operation id and nothing more: plans, locks, journals and kept copies have further dots in their names.
const stateFileName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.json$/;

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw switchoverError("SW-SHOW-02", {
      what: `the state folder ${folder} cannot be read`,
      why: error instanceof Error ? error.message : String(error),
      fix: "give a folder that this user may read",
    });
  }
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  return (await namesIn(folder)).filter((name) => stateFileName.test(name)).map((name) => join(folder, name));
}

/** A file that went away since its folder was read is none. */
async function changedAt(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Paths of all state files of a folder, the one written last first.
 *
 * @throws FairleadError SW-SHOW-01 when there is none, SW-SHOW-02 when the folder cannot be read (exit 1)
 */
export async function stateFiles(folder: string): Promise<readonly [string, ...string[]]> {
  const paths = await pathsIn(folder);
  const dated = await Promise.all(paths.map(async (path) => ({ path, at: await changedAt(path) })));
  const [newest, ...older] = dated
    .flatMap(({ path, at }) => (at === undefined ? [] : [{ path, at }]))
    .sort((one, other) => other.at - one.at || one.path.localeCompare(other.path))
    .map(({ path }) => path);
  if (newest === undefined) {
    throw switchoverError("SW-SHOW-01", {
      what: `no operation has a state file in ${folder}`,
      why: "none was started there, or its state was reset",
      fix: "bind the workspace state, or set ACM_SWITCHOVER_STATE_DIR to the folder that the operation used",
    });
  }
  return [newest, ...older];
}

type Unusable = Exclude<LoadedJson<unknown>, { readonly state: "loaded" }>;

function whyUnusable(loaded: Unusable): string {
  switch (loaded.state) {
    case "absent":
      return "it does not exist";
    case "corrupt":
      return `it ${loaded.reason}`;
    case "newer-schema":
      return `it has schema version ${loaded.version}, written by a later version of this program`;
    case "too-large":
      return `it has ${loaded.bytes} bytes, at most ${loaded.maxBytes} are read`;
  }
}

/** What a state file says, or why it cannot be used. */
export type ShownFile =
  | { readonly usable: true; readonly file: string; readonly state: StateDocument }
  | { readonly usable: false; readonly file: string; readonly why: string };

/** Reads a state file and leaves it and its surroundings as they are. */
export async function readShownFile(path: string): Promise<ShownFile> {
  const file = basename(path);
  try {
    const loaded = await readState(path);
    return loaded.state === "loaded"
      ? { usable: true, file, state: loaded.value }
      : { usable: false, file, why: whyUnusable(loaded) };
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    return { usable: false, file, why: `${error.text.what}: ${error.text.why}` };
  }
}

/** What the state files of a folder say, where they can be used. @throws FairleadError SW-SHOW-02 */
export async function operationStates(folder: string): Promise<readonly StateDocument[]> {
  const shown = await Promise.all((await pathsIn(folder)).map(readShownFile));
  return shown.flatMap((one) => (one.usable ? [one.state] : []));
}

/** @throws FairleadError SW-SHOW-03 when the file is not there or cannot be used (exit 1) */
export async function readOneState(path: string): Promise<StateDocument> {
  const shown = await readShownFile(path);
  if (shown.usable) return shown.state;
  throw switchoverError("SW-SHOW-03", {
    what: `the state file ${path} cannot be shown`,
    why: shown.why,
    fix: "give list to see which operations there are; reset-state of the next run sets an unusable file aside",
  });
}
