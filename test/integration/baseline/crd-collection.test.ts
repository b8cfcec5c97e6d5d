import { createHash } from "node:crypto";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { CrdLock } from "../../../steps/baseline/crds/lock.ts";
import { type CrdSource, crdSources } from "../../../steps/baseline/crds/sources.ts";
import type { UpstreamAddresses } from "../../../steps/baseline/crds/upstream-addresses.ts";
import { type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { program } from "../../support/program.ts";
import { type Ended, runProgram } from "../program/start-program.ts";
import { sourceOf, upstreamFiles } from "./support/crd-sources.ts";
import { CrdUpstream, type UpstreamFault } from "./support/crd-upstream.ts";

const metalLb = sourceOf("metallb.io_metallbs.yaml");
const lokiStack = sourceOf("loki.grafana.com_lokistacks.yaml");
const lock = "crds.lock.json";

interface Place {
  readonly checkout: Checkout;
  readonly collection: string;
}

async function emptyPlace(): Promise<Place> {
  return { checkout: await copyCheckout(), collection: await mkdtemp(join(tmpdir(), "fairlead-crds-")) };
}

async function remove({ checkout, collection }: Place): Promise<void> {
  await checkout.remove();
  await rm(collection, { recursive: true });
}

async function run(
  { checkout, collection }: Place,
  name: string,
  { files, commits }: UpstreamAddresses,
  flags: readonly string[] = [],
): Promise<Ended> {
  const upstream = ["--upstream-files", files, "--upstream-commits", commits];
  const args = ["baseline", name, "--folder", checkout.folder, ...upstream, ...flags];
  return await runProgram(args, { program, environment: { CRDS_DIR: collection } });
}

async function lockOf({ checkout }: Place): Promise<CrdLock> {
  return JSON.parse(await checkout.read(lock));
}

async function commitIn(place: Place, { file }: CrdSource): Promise<string | undefined> {
  return (await lockOf(place)).files.find((entry) => entry.file === file)?.commit;
}

const isOther = ({ file }: CrdSource): boolean => file.startsWith("oadp/");

describe("the CRD collection from the repositories of other projects", () => {
  let upstream: CrdUpstream;
  let first: Place;
  let collected: Ended;
  let texts: ReadonlyMap<string, string>;
  let place: Place;

  beforeAll(async () => {
    const files = await upstreamFiles();
    texts = new Map(files.map(({ source, text }) => [source.file, text] as const));
    upstream = await CrdUpstream.start(files);
    first = await emptyPlace();
    collected = await run(first, "update-crds", upstream.addresses);
  });
  afterAll(async () => {
    await upstream?.stop();
    if (first !== undefined) await remove(first);
  });

  beforeEach(async () => {
    place = await emptyPlace();
    await cp(first.collection, place.collection, { recursive: true });
    await place.checkout.write(lock, await first.checkout.read(lock));
  });
  afterEach(async () => {
    for (const source of [metalLb, lokiStack]) upstream.fail(source);
    await remove(place);
  });

  const at = (other: Partial<UpstreamAddresses> = {}) => ({ ...upstream.addresses, ...other });
  const update = (other?: Partial<UpstreamAddresses>) => run(place, "update-crds", at(other));
  const verify = () => run(place, "verify-crds", at());
  const verifyOnline = (other?: Partial<UpstreamAddresses>) =>
    run(place, "verify-crds", at(other), ["--online", "true"]);
  const content = ({ file }: Pick<CrdSource, "file">) => readFile(join(place.collection, file), "utf8");
  const textOf = ({ file }: Pick<CrdSource, "file">): string => texts.get(file) ?? "";
  const moved = (source: CrdSource) => `${textOf(source)}# one line more\n`;

  test("is had whole the first time, byte for byte", async () => {
    expect(collected).toMatchObject({ code: 0, stderr: expect.stringContaining(`${crdSources.length} added`) });
    expect(await Promise.all(crdSources.map(content))).toEqual(crdSources.map(textOf));
  });

  test("is locked by the sha256 of each file, and by the commit that it was read at", async () => {
    const { files } = await lockOf(first);
    expect(files.map(({ file }) => file)).toEqual(crdSources.map(({ file }) => file).toSorted());
    for (const { file, repo, ref, path, commit, sha256 } of files) {
      expect(crdSources).toContainEqual(expect.objectContaining({ file, repo, ref, path }));
      expect(sha256).toBe(
        createHash("sha256")
          .update(texts.get(file) ?? "")
          .digest("hex"),
      );
      expect(commit).toMatch(/^[0-9a-f]{40}$/);
    }
    const descheduler = files.filter(({ file }) => file.includes("descheduler")).map(({ commit }) => commit);
    expect(new Set(descheduler).size).toBe(4); // a branch for each release
  });

  test("has a README that counts its files by category", async () => {
    const readme = await readFile(join(place.collection, "README.md"), "utf8");
    expect(readme).toContain(`| oadp | ${crdSources.filter(isOther).length} |`);
    expect(readme).toContain(`| all | ${crdSources.length} |`);
    expect(readme).toContain("| `operators/metallb.io_metallbs.yaml` | metallb/metallb-operator @ main |");
  });

  test("B-12-80 D34 is compared with its lock, and nobody is asked", async () => {
    const before = upstream.asked.length;
    const { code, stderr } = await verify();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("are those of the lock") });
    expect(upstream.asked.length).toBe(before);
  });

  test("B-12-80 differs from its lock by one byte, and the file is named", async () => {
    const bytes = await readFile(join(place.collection, metalLb.file));
    const index = bytes.indexOf("MetalLB");
    bytes.write("N", index);
    await writeFile(join(place.collection, metalLb.file), bytes);
    const { code, stdout, stderr } = await verify();
    expect(code).toBe(4);
    expect(stdout.trim().split("\n")).toEqual([
      expect.stringMatching(/^operators\/metallb\.io_metallbs\.yaml: out of sync: its sha256 is /),
    ]);
    expect(stderr).toContain("BASE-VER-03");
  });

  test("B-12-80 lacks a file, and the file is named", async () => {
    await rm(join(place.collection, lokiStack.file));
    const { code, stdout } = await verify();
    expect([code, stdout]).toEqual([4, `${lokiStack.file}: missing: the collection has no such file\n`]);
    const online = await verifyOnline();
    expect([online.code, online.stdout]).toEqual([4, `${lokiStack.file}: missing: the collection has no such file\n`]);
  });

  test("is what its sources have now, when they are asked", async () => {
    const before = upstream.asked.length;
    const { code, stderr } = await verifyOnline();
    expect(code).toBe(0);
    expect(stderr).not.toContain("not verifiable");
    expect(upstream.asked.length).toBeGreaterThan(before + crdSources.length);
  });

  test("D34 is not what its sources have, once a branch has moved, and by the lock it still is", async () => {
    const other = sourceOf("velero.io_restores.yaml");
    const takeBack = await upstream.change({ source: other, text: moved(other) });
    try {
      expect((await verify()).code).toBe(0);
      const online = await verifyOnline();
      expect([online.code, online.stdout]).toEqual([
        4,
        `${other.file}: out of sync: it differs from ${other.repo}@${other.ref}:${other.path}\n`,
      ]);
    } finally {
      await takeBack();
    }
  });

  test("takes what is new at the new commit, and leaves the rest as it is", async () => {
    const other = sourceOf("nmstate.io_nmstates.yaml");
    const old = await commitIn(place, other);
    const takeBack = await upstream.change({ source: other, text: moved(other) });
    try {
      const { code, stdout } = await update();
      expect([code, stdout]).toEqual([0, `${other.file}: replaced\n`]);
      expect(await content(other)).toBe(moved(other));
      const commit = await commitIn(place, other);
      expect(commit).toBe(await upstream.commitOf(other));
      expect(commit).not.toBe(old);
      expect(await commitIn(place, metalLb)).toBe(await commitIn(first, metalLb));
      expect((await verify()).code).toBe(0);
    } finally {
      await takeBack();
    }
  });

  test.each<[string, UpstreamFault, string]>([
    ["is gone", { kind: "status", status: 404 }, "its source answered 404"],
    ["has a bad day", { kind: "status", status: 503 }, "its source answered 503"],
    ["ends in the middle", { kind: "cut" }, "its source gave no whole answer: aborted"],
    ["never ends", { kind: "endless" }, "its source gave no whole answer: the answer is larger than 10485760 bytes"],
    [
      "is a page of words",
      { kind: "text", text: "<html>Sign in</html>" },
      "what its source has is no CRD: it is no map",
    ],
    [
      "is another object",
      { kind: "text", text: "kind: Pod\napiVersion: v1\n" },
      "what its source has is no CRD: it is a Pod",
    ],
  ])("keeps the file of a source that %s, and says so", async (_given, fault, reason) => {
    upstream.fail(metalLb, fault);
    await appendFile(join(place.collection, lokiStack.file), "# edited here\n");
    const { code, stdout, stderr } = await update();
    expect(code).toBe(0);
    expect(stdout).toContain(`${metalLb.file}: kept: ${reason}`);
    expect(stderr).toContain("1 kept, 1 replaced");
    expect(await content(metalLb)).toBe(textOf(metalLb));
    expect(await content(lokiStack)).toBe(textOf(lokiStack));
    expect(await place.checkout.read(lock)).toBe(await first.checkout.read(lock));
  });

  test("online, is told what cannot be compared, and that is a warning", async () => {
    upstream.fail(metalLb, { kind: "status", status: 500 });
    const { code, stderr } = await verifyOnline();
    expect(code).toBe(0);
    expect(stderr).toContain(`${metalLb.file}: not verifiable: its source answered 500`);
  });

  test("online, differs where one file does, whatever cannot be compared", async () => {
    upstream.fail(metalLb, { kind: "status", status: 500 });
    await appendFile(join(place.collection, lokiStack.file), "# edited here\n");
    const { code, stdout } = await verifyOnline();
    expect(code).toBe(4);
    expect(stdout).toContain(`${lokiStack.file}: out of sync`);
  });

  test("stays as it is, the lock too, where no source can be reached", async () => {
    const nowhere = { files: "http://127.0.0.1:1", commits: "http://127.0.0.1:1" };
    const { code, stderr } = await update(nowhere);
    expect(code).toBe(0);
    expect(stderr).toContain(`${crdSources.length} kept`);
    expect(await place.checkout.read(lock)).toBe(await first.checkout.read(lock));
    expect(await readdir(join(place.collection, "oadp"))).toEqual(await readdir(join(first.collection, "oadp")));
    const online = await verifyOnline(nowhere);
    expect(online.code).toBe(0);
    expect(online.stderr.match(/not verifiable/g)?.length).toBe(crdSources.length);
  });

  test("is locked without commits where nobody tells them", async () => {
    const { code } = await update({ commits: "http://127.0.0.1:1" });
    expect(code).toBe(0);
    const { files } = await lockOf(place);
    expect(files.filter(({ commit }) => commit !== undefined)).toEqual([]);
    expect(files.length).toBe(crdSources.length);
    expect((await verify()).code).toBe(0);
  });

  test("is fetched from no address without TLS on another host", async () => {
    const { code, stderr } = await update({ files: "http://192.0.2.1/files" });
    expect(code).toBe(2);
    expect(stderr).toContain("BASE-CRD-05");
  });
});
