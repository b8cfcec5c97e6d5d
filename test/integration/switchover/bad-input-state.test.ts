import { mkdir, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Refusal, refusalOf } from "./support/refusal.ts";
import { begunSwitchover } from "./support/state-documents.ts";
import { type Ended, SwitchoverBench } from "./support/switchover-bench.ts";

const minute = 60_000;
const operation = "op-1";
const forOperation = ["--operation-id", operation];

const without = (key: string): string => JSON.stringify(begunSwitchover(operation, { [key]: undefined }));
const having = (change: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(begunSwitchover(operation, change));

const corrupt = [
  ["nothing in it", "", "is not JSON: "],
  ["half of it lost", JSON.stringify(begunSwitchover(operation)).slice(0, 200), "is not JSON: "],
  ["bytes that are no text", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "is not JSON: "],
  ["a list instead of an object", "[]", "does not match its schema: the document must be object"],
  ["a phase that does not exist", having({ current_phase: "teleport" }), "does not match its schema: /current_phase "],
  ["steps that are no list", having({ completed_steps: {} }), "does not match its schema: /completed_steps "],
  ["no hubs", without("hubs"), "does not match its schema: the document must have required "],
  ["a hundred thousand brackets", "[".repeat(100_000), "is not JSON: "],
] as const;

// One pair of hubs for all: each test puts another state file beside them, and none may change them.
let bench: SwitchoverBench;
let file: string;
let before: readonly string[];

async function hubs(): Promise<readonly string[]> {
  const { primary, secondary } = bench.pair.seeds;
  return (await Promise.all([primary.snapshot(), secondary.snapshot()])).flat();
}

beforeAll(async () => {
  bench = await SwitchoverBench.open({ clusters: 1 });
  await Promise.all([bench.pair.simulators.primary.stop(), bench.pair.simulators.secondary.stop()]);
  file = join(bench.stateFolder, `${operation}.json`);
  before = await hubs();
}, 4 * minute);
afterAll(() => bench?.close());

afterEach(async () => {
  expect(await hubs()).toEqual(before);
  for (const name of await readdir(bench.stateFolder)) await rm(join(bench.stateFolder, name), { recursive: true });
});

async function refused(args: readonly string[] = []): Promise<Refusal> {
  return refusalOf(await bench.run([...forOperation, ...args]));
}

async function copies(): Promise<readonly string[]> {
  return (await readdir(bench.stateFolder)).filter((name) => name !== `${operation}.json`);
}

describe("a state file with", () => {
  test.each(corrupt)("%s is refused, left as it is, and copied aside", async (_what, content, why) => {
    await writeFile(file, content);
    const refusal = await refused();
    expect(refusal).toMatchObject({
      code: 4,
      id: "STATE-05",
      what: `state file ${file} is not usable`,
      fix: "give reset-state to start over; a copy of the file is kept",
    });
    expect(refusal.why).toMatch(/^it /);
    expect(refusal.why).toContain(why);
    const [copy = "", ...others] = await copies();
    expect(others).toEqual([]);
    expect(copy).toMatch(/^op-1\.json\.corrupt\.\d{8}T\d{6}Z$/);
    expect(refusal.why).toContain(copy);
    expect(await readFile(join(bench.stateFolder, copy))).toEqual(Buffer.from(content));
    expect(await readFile(file)).toEqual(Buffer.from(content));
  });

  test("more than it can hold is refused without being read", async () => {
    await writeFile(file, "{");
    await truncate(file, 33 * 1024 * 1024);
    const refusal = await refused();
    expect(refusal).toMatchObject({ code: 4, id: "STATE-07" });
    expect(refusal.why).toContain(`it has ${33 * 1024 * 1024} bytes, the limit is ${32 * 1024 * 1024}`);
    expect(await copies()).toEqual([]);
  });
});

describe("what is no state file", () => {
  test("but a folder of that name is refused as such", async () => {
    await mkdir(file);
    const refusal = await refused();
    expect(refusal).toMatchObject({ code: 4, id: "STATE-05" });
    expect(refusal.why).toMatch(/^it is not a regular file; no copy could be kept of it; nothing was changed/);
  });
});

describe("an unusable state", () => {
  test("is refused by a dry run just as by a real one", async () => {
    await writeFile(file, "{");
    expect(await refused(["--dry-run", "true"])).toMatchObject({ code: 4, id: "STATE-05" });
  });

  test("is refused by the preflight of a switchover, with the reason among its results", async () => {
    await writeFile(file, having({ version: "9.1" }));
    const results = join(bench.pair.folder, "results");
    const refusal = refusalOf(await preflight(["--results-dir", results]));
    expect(refusal).toMatchObject({ code: 4, id: "STATE-06", why: "its schema version is 9.1; nothing was changed" });
    expect(refusal.fix).toMatch(/^use the version that wrote it, or /);
    expect(await readFile(join(results, "error-code"), "utf8")).toBe("STATE-06");
    expect(await readFile(join(results, "outcome"), "utf8")).toBe("refused");
    expect(await copies()).toEqual([]);
  });

  test("does not stop the preflight of a switchover that is to start over", async () => {
    await writeFile(file, "{");
    const run = await preflight(["--reset-state", "true"]);
    expect({ code: run.exitCode, end: run.stderr.slice(-300) }).toMatchObject({ code: 0 });
    expect(await readFile(file, "utf8")).toBe("{");
  });

  test("does not stop a mere validation, which needs no state", async () => {
    await writeFile(file, "{");
    const run = await preflight(["--mode", "validate"]);
    expect({ code: run.exitCode, end: run.stderr.slice(-300) }).toMatchObject({ code: 0 });
  });

  test.each(["failed", "completed", "activation"])(
    "K-33 in phase %s is left as it is, times included, by a validation and by the preflight of a switchover",
    async (phase) => {
      const error = { error: "it failed", phase: "activation", timestamp: "2026-01-01T00:00:00Z" };
      const text = having({ current_phase: phase, errors: [error], last_updated: "2026-01-01T00:00:00Z" });
      await writeFile(file, text);
      await preflight(["--mode", "validate"]);
      await preflight([]);
      expect(await readFile(file, "utf8")).toBe(text);
      expect(await copies()).toEqual([]);
    },
  );

  async function preflight(args: readonly string[]): Promise<Ended> {
    const { primary, secondary } = bench.pair;
    const folders = {
      primary: await bench.folderOf(primary.kubeconfig(), "primary"),
      secondary: await bench.folderOf(secondary.kubeconfig(), "secondary"),
    };
    const of = ["--workspace", `state=${bench.stateFolder}`, ...forOperation];
    const mode = args.includes("--mode") ? [] : ["--mode", "switchover"];
    return await bench.preflight(folders, [...of, ...mode, ...args]);
  }
});

describe("starting over", () => {
  test("in the middle of a switchover is refused without force, and the state stays", async () => {
    const text = having({ current_phase: "activation" });
    await writeFile(file, text);
    expect(await refused(["--reset-state", "true"])).toMatchObject({
      code: 4,
      id: "SW-STATE-01",
      what: "the operation is in the middle (phase activation), and its state would be lost",
      fix: "resume it, or give force together with reset-state",
    });
    expect(await readFile(file, "utf8")).toBe(text);
    expect(await copies()).toEqual([]);
  });

  test("after a failure in the middle is refused without force as well", async () => {
    const errors = [{ error: "it failed", phase: "activation", timestamp: "2026-01-01T00:00:00Z" }];
    const text = having({ current_phase: "failed", errors });
    await writeFile(file, text);
    expect(await refused(["--reset-state", "true"])).toMatchObject({
      code: 4,
      id: "SW-STATE-01",
      what: "the operation is in the middle (failed in phase activation), and its state would be lost",
    });
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("spares no check: with a hub that fails one, the state stays, too", async () => {
    await writeFile(file, "{");
    const { secondary } = bench.pair;
    const scope = ["-n", "open-cluster-management-backup"];
    const [, name = ""] = (await secondary.kubectl([...scope, "get", "backupstoragelocations", "-o", "name"])).split(
      "/",
    );
    const phase = (value: string): Promise<string> =>
      secondary.kubectl([
        ...[...scope, "patch", "backupstoragelocations", name.trim(), "--type=merge"],
        ...["-p", JSON.stringify({ status: { phase: value } })],
      ]);
    await phase("Unavailable");
    try {
      expect(await refused(["--reset-state", "true", "--force", "true"])).toMatchObject({ code: 3, id: "SW-PRE-03" });
    } finally {
      await phase("Available");
    }
    expect(await readFile(file, "utf8")).toBe("{");
    expect(await copies()).toEqual([]);
  });
});
