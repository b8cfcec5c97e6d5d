import { execFile } from "node:child_process";
import { appendFile, cp, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { timeWork } from "./paired.ts";
import { type Bench, seconds } from "./row.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const skipped = new Set(["node_modules", "dist", ".git"]);

/** A copy of the checkout on its own file system, so that links of files stand for the many packages. */
async function copyCheckout(): Promise<string> {
  const dist = join(root, "dist");
  await mkdir(dist, { recursive: true });
  const copy = await mkdtemp(join(dist, "rebuild-"));
  const entries = (await readdir(root)).filter((name) => !skipped.has(name));
  await Promise.all(entries.map((name) => cp(join(root, name), join(copy, name), { recursive: true })));
  // A link to the folder would not do: build and bill of materials go by the real path of a package.
  await run("cp", ["-al", join(root, "node_modules"), join(copy, "node_modules")]);
  return copy;
}

/** Bundle and types side by side, then the unit tests. @throws Error with what a part of it said, where one fails */
async function rebuildAll(copy: string): Promise<void> {
  const node = (...args: readonly string[]) => run(process.execPath, args, { cwd: copy, maxBuffer: 64 * 1024 * 1024 });
  await Promise.all([node("images/build/build.ts"), node("node_modules/typescript/bin/tsc", "--noEmit")]);
  // As `make check` runs them.
  const jest = ["node_modules/jest/bin/jest.js", "--selectProjects", "unit", "--maxWorkers=2"];
  await node("--experimental-vm-modules", ...jest);
}

/** What someone waits for after a change of one line: the bundle, the types and the unit tests. */
export const rebuild: Bench = {
  name: "rebuild",
  summary: "bundle, types and unit tests after a change of one line, in a copy; a minute",
  async run() {
    const copy = await copyCheckout();
    try {
      await rebuildAll(copy); // whoever changes a line has built before
      await appendFile(join(copy, "steps/lib/kube/retry.ts"), "\n// changed\n");
      const taken = await timeWork(() => rebuildAll(copy));
      return [
        {
          what: "bundle, types and unit tests after a change",
          floor: "–",
          measured: seconds(taken),
          value: taken / 1000,
          budget: 15,
          unit: "s",
        },
      ];
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  },
};
