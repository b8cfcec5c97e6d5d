import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { type Bench, seconds } from "./row.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const skipped = new Set(["node_modules", "dist", ".git"]);

/** What someone waits for after a change of one line: the bundle, the types and the unit tests. */
export const rebuild: Bench = {
  name: "rebuild",
  summary: "bundle, types and unit tests after a change of one line, in a copy; half a minute",
  async run() {
    const copy = await mkdtemp(join(tmpdir(), "fairlead-rebuild-"));
    try {
      await cp(root, copy, { recursive: true, filter: (path) => !skipped.has(basename(path)) });
      await symlink(join(root, "node_modules"), join(copy, "node_modules"));
      const jest = ["--experimental-vm-modules", "node_modules/jest/bin/jest.js", "--selectProjects", "unit"];
      const node = (...args: readonly string[]) =>
        run(process.execPath, args, { cwd: copy, maxBuffer: 64 * 1024 * 1024 });
      const all = async (): Promise<number> => {
        const began = performance.now();
        await Promise.all([node("images/build/build.ts"), node("node_modules/typescript/bin/tsc", "--noEmit")]);
        await node(...jest);
        return performance.now() - began;
      };
      await all(); // whoever changes a line has built before
      await appendFile(join(copy, "steps/lib/kube/retry.ts"), "\n// changed\n");
      const taken = await all();
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
