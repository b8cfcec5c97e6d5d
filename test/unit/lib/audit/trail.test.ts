import { generateKeyPairSync } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type AuditTrail, openTrail } from "../../../../steps/lib/audit/open-trail.ts";
import type { AuditEntry } from "../../../../steps/lib/audit/record.ts";
import { verifyTrail } from "../../../../steps/lib/audit/verify-trail.ts";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const stranger = generateKeyPairSync("ed25519");
const who = { run: "run-1", runUid: "u-1", taskRun: "", program: "fairlead/0.1.0" };
const subject = { who, operation: "switchover", operationId: "drill" };
const entry = (name: string): AuditEntry => ({
  ...subject,
  event: "intended",
  phase: "activation",
  step: "activate_managed_clusters",
  write: {
    hub: "secondary",
    server: "https://hub",
    verb: "patch",
    group: "",
    version: "v1",
    resource: "things",
    name,
    bodySha256: "00",
  },
});

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-audit-"));
  path = join(folder, "drill.audit.jsonl");
});

afterEach(() => rmSync(folder, { recursive: true }));

function opened(key: typeof privateKey | "none" = privateKey): Promise<AuditTrail> {
  return openTrail({ path, mode: 0o600, clock: systemClock, opened: subject, ...(key === "none" ? {} : { key }) });
}

/** A run that writes so many records after the one that opens it. */
async function run(count: number, key: typeof privateKey | "none" = privateKey): Promise<void> {
  const trail = await opened(key);
  for (let index = 0; index < count; index += 1) await trail.append(entry(`thing-${index}`));
  await trail.close();
}

const lines = (): string[] => readFileSync(path, "utf8").trimEnd().split("\n");
const rewrite = (changed: readonly string[]): void => writeFileSync(path, `${changed.join("\n")}\n`);

describe("an audit trail", () => {
  test("W-19 of several runs is whole and signed", async () => {
    await run(3);
    await run(2);
    expect(await verifyTrail(path, publicKey)).toMatchObject({
      records: 7,
      broken: undefined,
      unsigned: 0,
      tornTold: 0,
    });
  });

  test("W-19 keeps the order of thousands of writes that come at once", async () => {
    const trail = await opened();
    const sequences = await Promise.all(Array.from({ length: 3_500 }, (_, index) => trail.append(entry(`${index}`))));
    await trail.close();
    expect(sequences).toEqual(Array.from({ length: 3_500 }, (_, index) => index + 2));
    expect(await verifyTrail(path, publicKey)).toMatchObject({ records: 3_501, broken: undefined });
  });

  test("W-19 with any one byte changed is broken at the line that holds it, or at the next", async () => {
    await run(4);
    const bytes = readFileSync(path);
    const all = fc.asyncProperty(
      fc.nat(bytes.length - 2),
      fc.integer({ min: 1, max: 255 }),
      async (position, difference) => {
        const changed = Buffer.from(bytes);
        changed[position] = (changed[position] ?? 0) ^ difference;
        writeFileSync(path, changed);
        const record = bytes.subarray(0, position).toString("latin1").split("\n").length;
        const { broken } = await verifyTrail(path, publicKey);
        expect({ record, broken: broken !== undefined }).toEqual({ record, broken: true });
        expect(broken?.line).toBeGreaterThanOrEqual(record);
        expect(broken?.line).toBeLessThanOrEqual(record + 1);
      },
    );
    await fc.assert(all, { numRuns: 200 });
  });

  test.each([
    ["a record is removed", (all: string[]) => all.toSpliced(2, 1), 3, "was due"],
    ["a record is doubled", (all: string[]) => all.toSpliced(2, 0, all[1] ?? ""), 3, "was due"],
    ["two records change places", (all: string[]) => all.toSpliced(1, 2, all[2] ?? "", all[1] ?? ""), 2, "was due"],
    ["the beginning is missing", (all: string[]) => all.slice(1), 1, "was due"],
    ["a line is put in", (all: string[]) => all.toSpliced(2, 0, "garbage"), 3, "does not tell of a kill"],
  ])("W-19 is broken where %s", async (_case, change, line, why) => {
    await run(4);
    rewrite(change(lines()));
    const { broken } = await verifyTrail(path, publicKey);
    expect(broken).toMatchObject({ line, why: expect.stringContaining(why) });
  });

  test("W-19 made anew by somebody without the key is whole only for who does not check signatures", async () => {
    await run(2, stranger.privateKey);
    expect((await verifyTrail(path, undefined)).broken).toBeUndefined();
    expect((await verifyTrail(path, publicKey)).broken).toMatchObject({ line: 1, why: expect.stringContaining("key") });
    rmSync(path);
    await run(2, "none");
    expect((await verifyTrail(path, publicKey)).broken).toMatchObject({ line: 1, why: "it is not signed" });
  });

  test("W-19 cut at its end is whole in itself, and missed by who kept its head", async () => {
    const trail = await opened();
    for (const name of ["a", "b"]) await trail.append(entry(name));
    const { hash } = trail.head();
    await trail.close();
    expect((await verifyTrail(path, publicKey, hash)).broken).toBeUndefined();
    rewrite(lines().slice(0, -1));
    expect((await verifyTrail(path, publicKey)).broken).toBeUndefined();
    expect((await verifyTrail(path, publicKey, hash)).broken).toMatchObject({ sequence: 3 });
  });
});

describe("an audit trail whose writer was killed", () => {
  test("W-19 at any byte of the last line: the cut is recognised, the next run tells of it, nothing is broken", async () => {
    await run(2);
    const bytes = readFileSync(path);
    const lastLine = bytes.subarray(0, -1).lastIndexOf(10) + 1;
    const cut = fc.asyncProperty(fc.integer({ min: lastLine + 1, max: bytes.length }), async (end) => {
      writeFileSync(path, bytes);
      truncateSync(path, end);
      const before = await verifyTrail(path, publicKey);
      const lost = end < bytes.length - 1;
      expect(before).toMatchObject({ broken: undefined, tornAtEnd: lost, records: lost ? 2 : 3 });
      await run(1);
      expect(await verifyTrail(path, publicKey)).toMatchObject({
        broken: undefined,
        tornAtEnd: false,
        tornTold: lost ? 1 : 0,
      });
    });
    await fc.assert(cut, { numRuns: 60 });
  });

  test("W-19 again while it told of the first cut is whole after the third run", async () => {
    await run(1);
    appendFileSync(path, '{"schemaVersion":"1.0","seq\n{"schemaVersion');
    await run(1);
    expect(await verifyTrail(path, publicKey)).toMatchObject({ broken: undefined, records: 5, tornTold: 1 });
  });

  test("W-19 names the writes whose end is not known", async () => {
    const trail = await opened();
    const answered = await trail.append(entry("done"));
    await trail.append({ ...entry("done"), event: "written", answers: answered });
    await trail.append(entry("unknown"));
    await trail.close();
    const { unanswered, written } = await verifyTrail(path, publicKey);
    expect({ written, names: unanswered.map(({ write }) => write?.name) }).toEqual({ written: 1, names: ["unknown"] });
  });
});
