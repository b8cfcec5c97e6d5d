import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type Ended, runProgram, startProgram } from "./start-program.ts";

let directory: string;
let environment: Readonly<Record<string, string>>;

/** What a Task pod gives a step: paths of results and workspaces, names of the run. */
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fairlead-program-"));
  mkdirSync(join(directory, "state"));
  environment = {
    RUN_NAME: "fixture-x7k2p",
    TASKRUN_NAME: "fixture-x7k2p-act",
    RESULT_OUTCOME: join(directory, "outcome"),
    RESULT_COUNT: join(directory, "count"),
    WORKSPACE_STATE: join(directory, "state"),
    WORKSPACE_EXTRA: "",
  };
});

afterEach(() => rmSync(directory, { recursive: true }));

function inTask(
  deed: string,
  more: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<Ended> {
  return runProgram(["fixture", "act", ...args], { environment: { ...environment, PARAM_DEED: deed, ...more } });
}

function onLaptop(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return runProgram(["fixture", "act", ...args, "--workspace", `state=${directory}/state`], { environment: more });
}

function result(name: string): string {
  return readFileSync(join(directory, name), "utf8");
}

function lastLines({ stdout }: Ended): readonly string[] {
  const lines = stdout.trimEnd().split("\n");
  return lines.slice(lines.findIndex((line) => /^(OK|NO|ERROR) /.test(line)));
}

describe("a step in a Task", () => {
  test("writes JSON lines to standard output, and the summary last", async () => {
    const ended = await inTask("succeed", { PARAM_COUNT: "3" }, ["--names", "a", "b"]);
    expect(lastLines(ended)).toEqual([
      "OK    fixture act: counted 2 names; extra is absent",
      expect.stringMatching(/^took: \d+\.\d s$/),
      "more: output/report.json",
      "exit: 0",
    ]);
    const lines = ended.stdout.split("\n").filter((line) => line.startsWith("{"));
    const common = { run: "fixture-x7k2p", task: "fixture-act" };
    expect(lines.map((line) => JSON.parse(line)).slice(-2)).toMatchObject([
      { ...common, type: "log", msg: "working", hub: "new" },
      {
        ...{ ...common, type: "result", state: "done", exitCode: 0, more: "output/report.json" },
        ...{ msg: "counted 2 names; extra is absent", results: { outcome: "done", count: "3" } },
      },
    ]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
  });

  test("writes its results without a newline", async () => {
    await inTask("succeed", { PARAM_COUNT: "3" });
    expect([result("outcome"), result("count")]).toEqual(["done", "3"]);
  });

  test("has written every result's neutral value even when its params are refused", async () => {
    const { code } = await inTask("succeed", { PARAM_COUNT: "many" });
    expect([code, result("outcome"), result("count")]).toEqual([2, "failed", "0"]);
  });

  test("ends a failure with what, why, fix, more and exit, secrets hidden", async () => {
    const ended = await inTask("fail");
    expect(lastLines(ended)).toEqual([
      'ERROR FX-07 fixture act: hub "new" is not there',
      "why:  Bearer [hidden] was refused",
      "fix:  log in again",
      "more: output/report.json",
      "exit: 4",
    ]);
    expect(ended.code).toBe(4);
  });

  test("ends a negative verdict with its own exit code and reason", async () => {
    const ended = await inTask("verdict");
    expect(lastLines(ended)).toEqual([
      "ERROR FX-09 fixture act: 2 checks failed",
      "why:  PF-03, PF-09",
      "fix:  read the report",
      "exit: 3",
    ]);
    expect(ended.code).toBe(3);
  });

  test("reports all faults of all params at once, each on a line of its own before the summary", async () => {
    const ended = await inTask("succeed", { PARAM_COUNT: "11", PARAM_DRY_RUN: "yes" }, ["--names", "a!"]);
    const refused = ended.stdout.split("\n").flatMap((line) => (line.startsWith("{") ? [JSON.parse(line).param] : []));
    expect(refused).toEqual(["dry-run", "count", "names"]);
    expect(lastLines(ended)[0]).toBe("ERROR STEP-03 fixture act: 3 parameters are not valid: dry-run, count, names");
  });

  test("takes list elements that look like flags for elements", async () => {
    const { stdout } = await inTask("show", {}, ["--names", "--dry-run", "--help", "--deed=fail"]);
    expect(JSON.parse(stdout.split("\n")[1] ?? "")).toMatchObject({
      names: ["--dry-run", "--help", "--deed=fail"],
      "dry-run": false,
    });
  });

  test("refuses a variable that belongs to no param", async () => {
    const ended = await inTask("succeed", { PARAM_DRYRUN: "true" });
    expect(lastLines(ended)).toContain("fix:  did you mean PARAM_DRY_RUN?");
    expect(ended.code).toBe(2);
  });

  test("refuses to go on without a required workspace", async () => {
    const ended = await inTask("succeed", { WORKSPACE_STATE: "" });
    expect(lastLines(ended)[0]).toBe('ERROR STEP-04 fixture act: workspace "state" is not available');
    expect(ended.code).toBe(2);
  });

  test("calls an unexpected error a defect, without a stack", async () => {
    const ended = await inTask("crash");
    expect(lastLines(ended).slice(0, 2)).toEqual([
      "ERROR STEP-70 fixture act: an unexpected error ended the step",
      "why:  TypeError: cannot read that",
    ]);
    expect(ended.stdout + ended.stderr).not.toContain("fixture-program.ts");
    expect(ended.code).toBe(70);
  });

  test("shows the stack of a defect to those who ask with the log level", async () => {
    expect((await inTask("crash", { PARAM_LOG_LEVEL: "debug" })).stdout).toContain("fixture-program.ts");
  });

  test("calls an error that nothing awaited a defect", async () => {
    const ended = await inTask("stray");
    expect(lastLines(ended).slice(0, 2)).toEqual([
      "ERROR STEP-70 fixture act: an error reached no handler",
      "why:  thrown in a timer",
    ]);
    expect(ended.code).toBe(70);
  });

  test("calls a result over its budget a defect", async () => {
    const ended = await inTask("overflow");
    expect(lastLines(ended)[0]).toBe('ERROR STEP-70 fixture act: result "count" has 300 bytes');
    expect([ended.code, result("count")]).toEqual([70, "0"]);
  });

  test("shows a registered secret nowhere", async () => {
    const { stdout, stderr } = await inTask("secret");
    expect(stdout + stderr).not.toContain("canary-0123456789");
    // In the line for programs and in the last lines, too.
    expect(stdout.match(/\[hidden\]/g)).toHaveLength(5);
  });

  test("knows its run", async () => {
    const { stdout } = await inTask("identity", { PARAM_RUN_UID: "0f8fad5b-d9cb-469f-a165-70867728950e" });
    expect(JSON.parse(stdout.split("\n")[1] ?? "")).toMatchObject({
      name: "fixture-x7k2p",
      uid: "0f8fad5b-d9cb-469f-a165-70867728950e",
      taskRun: "fixture-x7k2p-act",
      inTekton: true,
    });
  });
});

describe("a step that is stopped", () => {
  test.each([
    ["SIGTERM", 143],
    ["SIGINT", 130],
  ] as const)("cleans up after %s and exits with %i", async (signal, code) => {
    const marker = join(directory, "marker");
    const program = startProgram(["fixture", "act"], {
      environment: { ...environment, PARAM_DEED: "wait", PARAM_MARKER: marker },
    });
    await program.shown("waiting");
    program.child.kill(signal);
    const ended = await program.ended;
    expect(ended.code).toBe(code);
    expect(readFileSync(marker, "utf8")).toBe("cleaned up");
    expect(lastLines(ended)[0]).toBe(`ERROR STEP-06 fixture act: stopped by ${signal}`);
  });

  test("at its deadline exits with 5 and says how to go on", async () => {
    const marker = join(directory, "marker");
    const ended = await inTask("wait", { PARAM_DEADLINE: "1", PARAM_MARKER: marker });
    expect(lastLines(ended)).toEqual([
      "ERROR STEP-05 fixture act: stopped at its deadline of 1 s",
      "why:  the work took longer than the parameter deadline allows",
      expect.stringContaining("start again"),
      "exit: 5",
    ]);
    expect(existsSync(marker)).toBe(true);
  });

  test("leaves work behind that ignores SIGTERM, within the 30 s that Kubernetes gives", async () => {
    const program = startProgram(["fixture", "act"], { environment: { ...environment, PARAM_DEED: "ignore" } });
    await program.shown("waiting");
    const started = performance.now();
    program.child.kill("SIGTERM");
    expect((await program.ended).code).toBe(143);
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  test("leaves at once on a second Ctrl-C", async () => {
    const program = startProgram(["fixture", "act"], { environment: { ...environment, PARAM_DEED: "ignore" } });
    await program.shown("waiting");
    program.child.kill("SIGINT");
    await program.shown("stopping");
    program.child.kill("SIGINT");
    const started = performance.now();
    expect((await program.ended).code).toBe(130);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("a step on a laptop", () => {
  test("keeps standard output for its answer", async () => {
    const { stdout, stderr, code } = await onLaptop(["--deed", "show", "--names", "x", "y", "--count=2"]);
    expect(JSON.parse(stdout)).toMatchObject({ deed: "show", names: ["x", "y"], count: 2, "dry-run": false });
    expect([stderr.includes("OK    fixture act: done"), code]).toEqual([true, 0]);
  });

  test("writes results into the directory that is named", async () => {
    await onLaptop(["--deed", "succeed", "--results-dir", join(directory, "results")]);
    expect(result("results/outcome")).toBe("done");
  });

  test("writes text lines when asked", async () => {
    const { stderr } = await onLaptop(["--deed", "succeed", "--log-format", "text"]);
    expect(stderr).toMatch(/^\d\d:\d\d:\d\d info {2}working hub=new$/m);
  });

  test("obeys FORCE_COLOR and NO_COLOR", async () => {
    const colored = async (more: Readonly<Record<string, string>>): Promise<unknown> =>
      JSON.parse((await onLaptop(["--deed", "colors"], more)).stdout);
    expect(await colored({ FORCE_COLOR: "1" })).toMatchObject({ color: true });
    expect(await colored({ FORCE_COLOR: "1", NO_COLOR: "1" })).toMatchObject({ color: false });
    expect(await colored({})).toMatchObject({ color: false });
  });

  test("helps with a mistyped flag and exits with 2", async () => {
    const { stderr, code } = await onLaptop(["--ded", "show"]);
    expect([stderr.includes("fix:  did you mean --deed?"), code]).toEqual([true, 2]);
  });

  test("does not fail when the reader of its output goes away", async () => {
    const program = startProgram(["fixture", "act", "--deed", "show", "--workspace", `state=${directory}/state`]);
    program.child.stdout?.destroy();
    expect((await program.ended).code).toBe(0);
  });
});

describe("the program", () => {
  test("calls a command that waits for nothing a defect instead of ending silently", async () => {
    const { stderr, code } = await runProgram(["hang"]);
    expect([stderr.includes("STEP-70 hang"), code]).toEqual([true, 70]);
  });

  test.each([
    [["fixure", "act"], 'ERROR STEP-01 fairlead: command "fixure" does not exist', 'did you mean "fairlead fixture"?'],
    [
      ["fixture", "atc"],
      'ERROR STEP-01 fairlead: command "fixture atc" does not exist',
      'did you mean "fairlead fixture act"?',
    ],
    [["--verson"], 'ERROR STEP-01 fairlead: command "--verson" does not exist', "fairlead --help lists the commands"],
  ])("helps with the mistyped command %j", async (args, what, fix) => {
    const { stderr, code } = await runProgram(args);
    expect(stderr).toContain(what);
    expect(stderr).toContain(fix);
    expect(code).toBe(2);
  });

  test.each([[[]], [["--help"]], [["help"]]])("lists areas, operations and commands for %j", async (args) => {
    const { stdout, code } = await runProgram(args);
    expect(stdout).toContain("fixture: Deeds of tests\n  act  Do a deed");
    expect(stdout).toContain("Commands:\n  hang  Never end");
    expect(code).toBe(0);
  });

  test.each([[["fixture", "act", "--help"]], [["help", "fixture", "act"]]])(
    "explains an operation for %j",
    async (args) => {
      const { stdout } = await runProgram(args);
      for (const part of [
        "--deed",
        "[required]",
        "Exit codes:",
        "5  the deadline passed",
        "fairlead fixture act --deed succeed --workspace state=./state",
      ]) {
        expect(stdout).toContain(part);
      }
    },
  );
});
