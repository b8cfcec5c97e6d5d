import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { program } from "../../support/program.ts";
import { type Ended, ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

// A command line for a shell: nothing in it has an apostrophe.
const quoted = (text: string): string => `'${text}'`;

describe("a switchover on a terminal", () => {
  let bench: SwitchoverBench;
  beforeAll(async () => {
    bench = await SwitchoverBench.open();
  });
  afterAll(() => bench.close());

  /** Standard input, output and error of the program are one pseudo-terminal, as in front of a person. */
  function onTerminal(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const files = [bench.pair.primary.kubeconfig(), bench.pair.secondary.kubeconfig()];
    const [primary = "", secondary = ""] = files;
    const flags = ["--primary-kubeconfig", primary, "--secondary-kubeconfig", secondary];
    const own = ["--state-folder", bench.stateFolder, "--tuning", JSON.stringify(patientTuning), "--dry-run", "true"];
    // A pseudo-terminal that nobody sized has no columns.
    const command = [process.execPath, program, "switchover", "run", ...flags, ...own, ...args].map(quoted).join(" ");
    return ended(
      spawn("script", ["--quiet", "--return", "--command", `stty cols 160 rows 80; ${command}`, "/dev/null"], {
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, TERM: "xterm-256color", ...environment },
      }),
    );
  }

  const screen = ({ stdout }: Ended): string => stripVTControlCharacters(stdout).replaceAll("\r", "");

  test("shows phases and steps as a list that is redrawn, and the last lines below it", async () => {
    const run = await onTerminal([]);
    const shown = screen(run);
    expect({ exitCode: run.exitCode, tail: shown.slice(-1500) }).toMatchObject({ exitCode: 0 });
    expect(shown).toMatch(
      /✔ primary preparation\n {2}↓ Pause the Argo CD Applications .+\n(?: {2}↓ .+\n)* {2}✔ Pause the backup schedule/,
    );
    expect(shown).toMatch(/✔ finalization/);
    expect(shown).not.toMatch(/INFO +phase|"level":"info"/);
    expect(shown).toMatch(/OK {4}switchover run: dry run: \d+ changes and waits are planned/);
  });

  test.each([
    ["a dumb terminal", [], { TERM: "dumb" }],
    ["debug logs", ["--log-level", "debug"], {}],
    ["JSON logs", ["--log-format", "json"], {}],
  ])("writes lines with %s", async (_given, args, environment) => {
    const run = await onTerminal(args, environment);
    expect(run.exitCode).toBe(0);
    expect(screen(run)).toMatch(/phase primary_preparation: \d+ steps/);
    expect(screen(run)).not.toMatch(/✔ primary preparation/);
  });
});
