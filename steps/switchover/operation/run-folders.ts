import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { errorCode } from "../../lib/errors/error-code.ts";
import { homeFolder } from "../../lib/kube/home-folder.ts";
import { switchoverError } from "../switchover-error.ts";

/** A folder that a run on a laptop writes to, and the setting that named it. */
export interface RunFolder {
  /** `state-folder`, `ACM_SWITCHOVER_STATE_DIR`. */
  readonly setting: string;
  readonly path: string;
}

const shownCharacters = 200;

function refuse({ setting, path }: RunFolder, why: string, fix: string): never {
  const shown = path.length > shownCharacters ? `${path.slice(0, shownCharacters)}…` : path;
  throw switchoverError("SW-PAR-05", { what: `${setting} "${shown}" cannot be used`, why, fix }, "invalid");
}

function checkText(folder: RunFolder): void {
  const character = /[~${}|&;<>`]/.exec(folder.path)?.[0];
  if (character !== undefined) {
    refuse(folder, `it contains the character ${character}`, "give a path without ~ $ { } | & ; < > and backticks");
  }
  if (folder.path.split("/").includes("..")) {
    refuse(folder, 'it contains the component ".."', "give the path that is meant, without ..");
  }
}

/** What of the path exists: itself, or the nearest folder above. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    const missing = errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR";
    return missing && path !== "/" ? await nearestExisting(dirname(path)) : path;
  }
}

async function checkPlace(folder: RunFolder, existing: string, roots: readonly string[]): Promise<void> {
  const place = await realpath(existing);
  const real = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  const inside = real.some((root) => root !== undefined && `${place}/`.startsWith(root === "/" ? "/" : `${root}/`));
  if (!inside) {
    refuse(folder, `it leads to ${place}`, `give a path below ${[...new Set(roots)].join(", ")}`);
  }
}

async function checkWritable(folder: RunFolder, existing: string): Promise<void> {
  const fix = "give the path of a folder that this user may write to";
  try {
    if (!(await stat(existing)).isDirectory()) refuse(folder, `${existing} is no folder`, fix);
    await access(existing, constants.W_OK | constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    refuse(folder, code === "EROFS" ? `${existing} is mounted read-only` : `${existing} answers ${code}`, fix);
  }
}

/**
 * Refuses a folder that a run is to write to when its path is unsafe or nothing can be written there, before any hub is
 * asked: what a run did must not be lost because it cannot be written down. Creates nothing.
 *
 * @throws FairleadError SW-PAR-05 (exit 2)
 */
export async function checkRunFolders(
  folders: readonly RunFolder[],
  options: { readonly setting: (name: string) => string | undefined; readonly writes: boolean },
): Promise<void> {
  const roots = ["/tmp", "/var", process.cwd(), homeFolder(options.setting)];
  for (const folder of folders) {
    checkText(folder);
    const existing = await nearestExisting(resolve(folder.path));
    await checkPlace(folder, existing, roots);
    if (options.writes) await checkWritable(folder, existing);
  }
}
