import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { timePaired } from "./paired.ts";
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
      const kubeconfig = join(folder, "absent");
      const times = await timePaired(
        {
          floor: { args: [empty], until: "exit" },
          version: { args: [program, "--version"], until: "exit" },
          preflight: {
            args: [program, "switchover", "preflight"],
            environment: { KUBECONFIG: kubeconfig },
            until: "first-line",
          },
        },
        rounds,
      );
      return [
        ratioRow("fairlead --version", times.version, times.floor, budget),
        ratioRow("fairlead switchover preflight, to its first log line", times.preflight, times.floor, budget),
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
