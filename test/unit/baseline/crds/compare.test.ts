import { beforeAll, describe, expect, test } from "@jest/globals";
import {
  compareWithLock,
  compareWithUpstream,
  describeComparisons,
  verdictOf,
} from "../../../../steps/baseline/crds/compare.ts";
import { lockSchema } from "../../../../steps/baseline/crds/lock.schema.ts";
import { type CrdLock, formatLock, readLock, sha256Of } from "../../../../steps/baseline/crds/lock.ts";
import type { CrdSource } from "../../../../steps/baseline/crds/sources.ts";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";
import type { SchemaValidator } from "../../../../steps/lib/schema/validator.ts";
import { bytes, crdText, failed, fetched, sourceOf } from "../support/crd-files.ts";

const [thing, node] = [sourceOf("Thing"), sourceOf("Node")];
const files = new Map([thing, node].map((source) => [source.file, bytes(source.file)]));

const lockOf = (...sources: readonly CrdSource[]): CrdLock => ({
  version: 1,
  files: sources.map(({ file, repo, ref, path }) => ({ file, repo, ref, path, sha256: sha256Of(bytes(file)) })),
});

describe("the CRD collection beside its lock", () => {
  const compare = (lock: CrdLock, present: ReadonlyMap<string, Uint8Array>, sources = [thing, node]) =>
    describeComparisons(compareWithLock(sources, lock, present));

  test("D34 B29 is in sync while its bytes are those that were locked, wherever its branches are now", () => {
    expect(compare(lockOf(thing, node), files)).toEqual([]);
    expect(verdictOf(compareWithLock([thing, node], lockOf(thing, node), files))).toBe("in-sync");
  });

  test("B-12-80 D34 is out of sync by one byte, and the file is named", () => {
    const changed = new Map(files).set(node.file, bytes(`${node.file} `));
    const compared = compareWithLock([thing, node], lockOf(thing, node), changed);
    expect(describeComparisons(compared)).toEqual([
      `kubevirt/nodes.yaml: out of sync: its sha256 is ${sha256Of(bytes(`${node.file} `)).slice(0, 12)}…, and by the lock ${sha256Of(bytes(node.file)).slice(0, 12)}…`,
    ]);
    expect(verdictOf(compared)).toBe("out-of-sync");
  });

  test("D34 is out of sync without one of its files", () => {
    const fewer = new Map([...files].slice(0, 1));
    const compared = compareWithLock([thing, node], lockOf(thing, node), fewer);
    expect(describeComparisons(compared)).toEqual(["kubevirt/nodes.yaml: missing: the collection has no such file"]);
    expect(verdictOf(compared)).toBe("out-of-sync");
  });

  test.each<[string, CrdLock, string]>([
    ["that the lock does not have", lockOf(thing), "out of sync: the lock does not have it"],
    [
      "that was locked from another place",
      lockOf(thing, { ...node, ref: "release-1" }),
      "out of sync: the lock has it from example/operator@release-1:crds/nodes.yaml, and its source is example/operator@main:crds/nodes.yaml",
    ],
  ])("D34 is out of sync by a file %s", (_given, lock, reason) => {
    expect(compare(lock, files)).toEqual([`kubevirt/nodes.yaml: ${reason}`]);
  });

  test("D34 is out of sync by a file that has no source, in the folder or in the lock", () => {
    expect(compare(lockOf(thing, node), new Map([...files].slice(0, 1)), [thing])).toEqual([
      "kubevirt/nodes.yaml: out of sync: it has no source",
    ]);
    expect(compare(lockOf(thing), files, [thing])).toEqual(["kubevirt/nodes.yaml: out of sync: it has no source"]);
  });
});

describe("the CRD collection beside its sources", () => {
  const [text, other] = [crdText("Thing"), crdText("Thing", { scope: "Cluster" })];
  const present = new Map([[thing.file, bytes(text)]]);

  test("is in sync with the bytes that they have now", () => {
    expect(verdictOf(compareWithUpstream([fetched(thing, text)], present))).toBe("in-sync");
  });

  test("D34 is out of sync when a branch has moved", () => {
    const compared = compareWithUpstream([fetched(thing, other)], present);
    expect(describeComparisons(compared)).toEqual([
      "kubevirt/things.yaml: out of sync: it differs from example/operator@main:crds/things.yaml",
    ]);
    expect(verdictOf(compared)).toBe("out-of-sync");
  });

  test("D34 is not verified, and no failure, where a source cannot be had", () => {
    const compared = compareWithUpstream([failed(thing)], present);
    expect(describeComparisons(compared)).toEqual(["kubevirt/things.yaml: not verifiable: its source answered 404"]);
    expect(verdictOf(compared)).toBe("unverified");
  });

  test("is out of sync without a file, also where its source cannot be had", () => {
    expect(verdictOf(compareWithUpstream([failed(thing)], new Map()))).toBe("out-of-sync");
    expect(verdictOf(compareWithUpstream([fetched(thing, text), failed(node)], present))).toBe("out-of-sync");
  });

  test("is out of sync by a file that has no source", () => {
    expect(verdictOf(compareWithUpstream([], present))).toBe("out-of-sync");
  });
});

describe("the lock file", () => {
  let validate: SchemaValidator;
  beforeAll(async () => {
    validate = await compileValidator(lockSchema);
  });

  test("is read as it was written, by file name", () => {
    const text = formatLock(lockOf(thing, node));
    expect(readLock(text, validate)).toEqual({ state: "read", lock: lockOf(node, thing) });
    expect(formatLock(lockOf(node, thing))).toBe(text);
  });

  test.each([
    ["no JSON", "{", "crds.lock.json is not JSON"],
    ["of another version", '{"version":2,"files":[]}', "crds.lock.json: /version must be equal to constant"],
    [
      "of a file outside the collection",
      formatLock(lockOf({ ...thing, file: "../../etc/x.yaml" })),
      "crds.lock.json: /files/0/file must match pattern",
    ],
  ])("that is %s is refused", (_given, text, reason) => {
    expect(readLock(text, validate)).toEqual({ state: "invalid", reason: expect.stringContaining(reason) });
  });
});
