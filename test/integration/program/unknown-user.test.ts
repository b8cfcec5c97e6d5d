import { copyFile, mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type HealthyPair, healthyPair } from "../../support/hubs.ts";
import { Sandbox, unknownUser } from "./as-unknown-user.ts";

const results = ["outcome", "phase", "state-file", "preflight-passed", "critical-failures", "warnings"];
const moreResults = ["report", "summary", "error-code"];

let sandbox: Sandbox;

beforeAll(async () => {
  sandbox = await Sandbox.open();
});

afterAll(() => sandbox?.close());

describe("for a user id that nobody knows, without HOME, on a read-only root", () => {
  test("the version is told", async () => {
    expect(await sandbox.run(["--version"])).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^fairlead \d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  test.each([
    ["--help", "Usage"],
    ["switchover", "preflight", "--help", "--primary-context"],
  ])("help is shown: %s %s", async (...words) => {
    const shown = words.at(-1) ?? "";
    const { exitCode, stdout, stderr } = await sandbox.run(words.slice(0, -1));
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(shown);
  });

  test.each(["bash", "zsh", "fish"])("completion for %s is printed", async (shell) => {
    const { exitCode, stdout, stderr } = await sandbox.run(["completion", "--shell", shell]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("fairlead");
  });

  test("a step without a kubeconfig says what is missing, and is no defect", async () => {
    const { exitCode, stderr } = await sandbox.run(["switchover", "preflight"]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringMatching(/kubeconfig/) });
  });
});

describe("a step for a user id that nobody knows, on a read-only root", () => {
  let pair: HealthyPair;

  beforeAll(async () => {
    pair = await healthyPair({ clusters: 1 });
  });

  afterAll(() => pair?.stop());

  test("checks two hubs and leaves results and findings in the folders that Tekton mounts", async () => {
    const at = (...names: readonly string[]): string => join(sandbox.writable, ...names);
    for (const name of ["primary", "secondary", "output", "results"]) await mkdir(at(name));
    await copyFile(pair.primary.kubeconfig(), at("primary/kubeconfig"));
    await copyFile(pair.secondary.kubeconfig(), at("secondary/kubeconfig"));
    await sandbox.give();
    const paths = [...results, ...moreResults].map(
      (name) => [`RESULT_${name.toUpperCase().replaceAll("-", "_")}`, at("results", name)] as const,
    );
    const { exitCode, stderr } = await sandbox.run(["switchover", "preflight"], {
      ...Object.fromEntries(paths),
      WORKSPACE_OUTPUT: at("output"),
      WORKSPACE_PRIMARY_KUBECONFIG: at("primary"),
      WORKSPACE_SECONDARY_KUBECONFIG: at("secondary"),
    });
    expect({ exitCode, end: stderr.slice(-800) }).toMatchObject({ exitCode: 0 });
    expect(await readFile(at("results/preflight-passed"), "utf8")).toBe("true");
    expect(await readdir(at("output"))).toEqual(["preflight.json"]);
    const owner = process.getuid?.() === 0 ? unknownUser : process.getuid?.();
    expect((await stat(at("output/preflight.json"))).uid).toBe(owner);
  });
});
