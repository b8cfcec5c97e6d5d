import { appendFileSync, promises } from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/**
 * Preloaded into the program (`node --import`): SIGKILL right before or after its n-th rename into the folder of its
 * state, which is how every version of a state file, its backup and each report come to be. Each rename is listed in
 * a file, so that an undisturbed run tells how many there are.
 */
const folder = process.env["KILL_FOLDER"] ?? "";
const list = process.env["KILL_LIST"] ?? "";
const [at = "", when = ""] = (process.env["KILL_AT_RENAME"] ?? "").split(" ");
const original = promises.rename;
let renames = 0;

function die(): void {
  process.kill(process.pid, "SIGKILL");
  // The signal arrives before any further call is issued.
  for (;;);
}

promises.rename = async (from, to) => {
  const target = String(to);
  if (!target.startsWith(folder)) return original(from, to);
  renames += 1;
  appendFileSync(list, `${target.slice(folder.length + 1)}\n`);
  const isHere = renames === Number(at);
  if (isHere && when === "before") die();
  await original(from, to);
  if (isHere) die();
};
syncBuiltinESMExports();
