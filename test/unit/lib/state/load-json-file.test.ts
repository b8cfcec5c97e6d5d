import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";
import { keepCopy } from "../../../../steps/lib/state/keep-copy.ts";
import { loadJsonFile } from "../../../../steps/lib/state/load-json-file.ts";
import { unusableFile } from "../../../../steps/lib/state/unusable-file.ts";
import { temporaryFolders } from "./state-fixtures.ts";

interface Sample {
  readonly version: string;
  readonly n: number;
}

const folder = temporaryFolders();
const validate = await compileValidator({
  type: "object",
  required: ["version", "n"],
  properties: { version: { type: "string" }, n: { type: "integer", minimum: 0 } },
});
const options = { maxBytes: 1_000, versionKey: "version", major: 2, validate };

async function load(content: string | Buffer) {
  const path = join(folder(), "state.json");
  writeFileSync(path, content);
  return loadJsonFile<Sample>(path, options);
}

describe("loadJsonFile", () => {
  test("gives a valid document and its hash", async () => {
    const content = '{"version":"2.0","n":1}';
    const sha256 = createHash("sha256").update(content).digest("hex");
    expect(await load(content)).toEqual({ state: "loaded", value: { version: "2.0", n: 1 }, sha256 });
  });

  test("an older major version is left to the schema", async () => {
    expect(await load('{"version":"1.0","n":1}')).toMatchObject({ state: "loaded" });
  });

  test("a file that is not there is absent, also when its folder is not", async () => {
    expect(await loadJsonFile(join(folder(), "a", "state.json"), options)).toEqual({ state: "absent" });
  });

  test.each([
    ["nothing at all", ""],
    ["half a document", '{"version":"2.0","n'],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])("%s is corrupt as JSON", async (_name, content) => {
    expect(await load(content)).toMatchObject({ state: "corrupt", reason: expect.stringMatching(/^is not JSON: /) });
  });

  test("a document against the schema is corrupt, with the place", async () => {
    expect(await load('{"version":"2.0","n":-1}')).toEqual({
      state: "corrupt",
      reason: "does not match its schema: /n must be >= 0",
    });
  });

  test.each([["[]"], ["null"], ['"text"'], ["7"]])("%s instead of an object is corrupt", async (content) => {
    expect(await load(content)).toMatchObject({ state: "corrupt", reason: expect.stringMatching(/must be object/) });
  });

  test("a newer major version is told apart, whatever else the document holds", async () => {
    expect(await load('{"version":"3.1","other":true}')).toEqual({ state: "newer-schema", version: "3.1" });
  });

  test("a version that is no version is the schema's matter", async () => {
    expect(await load('{"version":"99999999999999999999 $(reboot)","n":1}')).toMatchObject({ state: "loaded" });
  });

  test("a file over the limit is not read", async () => {
    expect(await load("x".repeat(1_001))).toEqual({ state: "too-large", bytes: 1_001, maxBytes: 1_000 });
  });

  test("a folder in its place is corrupt", async () => {
    const path = join(folder(), "state.json");
    mkdirSync(path);
    expect(await loadJsonFile(path, options)).toEqual({ state: "corrupt", reason: "is not a regular file" });
  });

  test("a pipe in its place does not hang the run", async () => {
    const path = join(folder(), "state.json");
    execFileSync("mkfifo", [path]);
    expect(await loadJsonFile(path, options)).toEqual({ state: "corrupt", reason: "is not a regular file" });
  });

  test("another hash than the one told is corrupt", async () => {
    const path = join(folder(), "plan.json");
    writeFileSync(path, '{"version":"2.0","n":1}');
    const outcome = await loadJsonFile(path, { ...options, sha256: "0".repeat(64) });
    expect(outcome).toMatchObject({ state: "corrupt", reason: expect.stringMatching(/^has sha256 [0-9a-f]{64}, exp/) });
  });

  test("deep nesting is refused, not crashed on", async () => {
    const recursive = await compileValidator({
      $id: "deep",
      type: "object",
      properties: { a: { $ref: "deep" } },
    });
    const depth = 200_000;
    const path = join(folder(), "deep.json");
    writeFileSync(path, `${'{"a":'.repeat(depth)}{}${"}".repeat(depth)}`);
    const outcome = await loadJsonFile(path, { ...options, maxBytes: 10_000_000, validate: recursive });
    expect(outcome).toMatchObject({ state: "corrupt" });
  });
});

describe("a file that cannot be used", () => {
  test("is copied aside under its time, once per second, and stays where it is", async () => {
    const path = join(folder(), "state.json");
    writeFileSync(path, "{");
    const now = Date.parse("2026-11-24T15:30:00.123Z");
    expect(await keepCopy(path, "corrupt", now)).toBe(`${path}.corrupt.20261124T153000Z`);
    await keepCopy(path, "corrupt", now);
    expect(readFileSync(`${path}.corrupt.20261124T153000Z`, "utf8")).toBe("{");
    expect(readdirSync(join(path, "..")).toSorted()).toEqual(["state.json", "state.json.corrupt.20261124T153000Z"]);
  });

  const words = { what: "state file", fix: "give reset-state=true to start over", exitCode: 4 };

  test("corrupt: says what is wrong, where the copy is and how to go on", () => {
    const error = unusableFile("/w/x.json", { state: "corrupt", reason: "is not JSON: …" }, { ...words, copy: "/w/c" });
    expect(error.exitCode).toBe(4);
    expect(error.text).toEqual({
      id: "STATE-05",
      what: "state file /w/x.json is not usable",
      why: "it is not JSON: …; nothing was changed; a copy was kept as /w/c",
      fix: "give reset-state=true to start over",
    });
  });

  test("newer: names the version and the program that wrote it", () => {
    expect(unusableFile("/w/x.json", { state: "newer-schema", version: "3.0" }, words).text).toEqual({
      id: "STATE-06",
      what: "state file /w/x.json was written by a newer version of this program",
      why: "its schema version is 3.0; nothing was changed",
      fix: "use the version that wrote it, or give reset-state=true to start over",
    });
  });

  test("too large: names both sizes", () => {
    expect(unusableFile("/w/x.json", { state: "too-large", bytes: 9, maxBytes: 5 }, words).text).toMatchObject({
      id: "STATE-07",
      why: "it has 9 bytes, the limit is 5; nothing was changed",
    });
  });
});
