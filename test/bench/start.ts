import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, takeTurns, timeProcess } from "./paired.ts";
import { type Bench, ratioRow } from "./row.ts";

const program = join(import.meta.dirname, "../../dist/fairlead");
const rounds = 21;
const budget = 3;

/** How long a person or a Task waits before the program says its first word. */
export const start: Bench = {
  name: "start",
  summary: "start-up of the built program against node on an empty file; seconds",
  async run() {
    const folder = await mkdtemp(join(tmpdir(), "fairlead-bench-"));
    try {
      const empty = join(folder, "empty.mjs");
      await writeFile(empty, "");
      const times = await takeTurns(
        {
          floor: () => timeProcess({ args: [empty], until: "exit" }),
          version: () => timeProcess({ args: [program, "--version"], until: "exit" }),
          preflight: () =>
            timeProcess({
              args: [program, "switchover", "preflight"],
              environment: { KUBECONFIG: join(folder, "absent") },
              until: { firstLineWith: "switchover preflight started" },
            }),
        },
        rounds,
      );
      return [
        ratioRow("fairlead --version", compare(times.version, times.floor), budget),
        ratioRow("fairlead switchover preflight, to its first log line", compare(times.preflight, times.floor), budget),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
