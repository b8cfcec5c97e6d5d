import { execFileSync } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { programs } from "../../../cluster/programs/catalogue.ts";
import { ensurePrograms, selectPrograms } from "../../../cluster/programs/ensure-programs.ts";
import { BuildFixture } from "./fake-go.ts";

let fixture: BuildFixture;
beforeEach(async () => {
  fixture = await BuildFixture.create();
});
afterEach(() => fixture.remove(""));

/** Resolves when a line of progress matches. */
function line(pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    fixture.onLine = (text) => {
      fixture.lines.push(text);
      if (pattern.test(text)) resolve();
    };
  });
}

describe("ensurePrograms", () => {
  test("builds what is missing, in order, and says n of m with each name and its seconds", async () => {
    const paths = await fixture.ensure();
    expect(Object.keys(paths)).toEqual(["alpha", "beta", "gamma"]);
    expect(execFileSync(paths["beta"] ?? "", { encoding: "utf8" })).toBe("beta\n");
    expect(fixture.lines.map((text) => text.replace(/\d+ s/, "N s"))).toEqual([
      "[1 of 3] alpha: building",
      "[1 of 3] alpha: built in N s",
      "[2 of 3] beta: building",
      "[2 of 3] beta: built in N s",
      "[3 of 3] gamma: building",
      "[3 of 3] gamma: built in N s",
    ]);
  });

  test("builds nothing and says nothing when all is cached", async () => {
    const first = await fixture.ensure();
    fixture.lines.length = 0;
    expect(await fixture.ensure()).toEqual(first);
    expect(await fixture.built()).toEqual(["alpha", "beta", "gamma"]);
    expect(fixture.lines).toEqual([]);
  });

  test("builds only the programs asked for", async () => {
    await fixture.ensure(["gamma"]);
    expect(await fixture.built()).toEqual(["gamma"]);
  });

  test("goes on at the program it was at after an interruption", async () => {
    // Given a build that was aborted while beta compiled
    await fixture.ensure(["alpha"]);
    await fixture.touch("hold");
    const abort = new AbortController();
    const atBeta = line(/beta: building/);
    const interrupted = fixture.ensure(["api-server"], { signal: abort.signal });
    await atBeta;
    abort.abort(new Error("interrupted"));
    await expect(interrupted).rejects.toThrow();
    await fixture.remove("hold");
    await fixture.remove("built");
    // When it is started again
    const paths = await fixture.ensure();
    // Then alpha is kept, and beside the programs only logs remain
    expect(await fixture.built()).toEqual(["beta", "gamma"]);
    expect(await readdir(dirname(paths["beta"] ?? ""))).toEqual(["beta", "beta.log"]);
  });

  test("PROG-02: a failure names the program, the last lines and the log, and leaves no half program", async () => {
    await fixture.touch("fail-beta");
    const failure = await fixture.ensure().catch((error: unknown) => String(error));
    expect(failure).toContain("PROG-02: building beta (example.org/beta) failed with 1");
    expect(failure).toContain("beta.go:7: undefined: anchor");
    expect(failure).toMatch(/last lines of \S+\/beta\.log/);
    expect(failure).toContain(
      "fix: check network and disk space, then run: node test/cluster/programs/cli.ts build beta",
    );
    await fixture.remove("fail-beta");
    await fixture.remove("built");
    await fixture.ensure();
    expect(await fixture.built()).toEqual(["beta", "gamma"]);
  });

  test("two builds at once wait for each other and compile each program once", async () => {
    await fixture.touch("hold");
    const waiting = line(/alpha: process \d+ is building it, waiting/);
    const both = [fixture.ensure(["alpha"]), fixture.ensure(["alpha"])];
    await waiting;
    await fixture.remove("hold");
    const [first, second] = await Promise.all(both);
    expect(first).toEqual(second);
    expect(await fixture.built()).toEqual(["alpha"]);
  });

  test.each([
    ["a process that is gone", JSON.stringify({ pid: 4_194_304, started: "1" })],
    ["an earlier process of a living number", JSON.stringify({ pid: process.pid, started: "1" })],
    ["nobody legible", "{"],
  ])("takes over the lock of %s", async (_, content) => {
    const first = await fixture.ensure(["alpha"]);
    const path = first["alpha"] ?? "";
    await fixture.remove(path.slice(fixture.folder.length + 1));
    await writeFile(`${path}.lock`, content);
    await fixture.ensure(["alpha"]);
    expect(await fixture.built()).toEqual(["alpha", "alpha"]);
    expect(await readdir(dirname(path))).toEqual(["alpha", "alpha.log"]);
  });

  test.each(["go1.26.4", "go1.25.9", "go1.9", "devel"])("PROG-01: refuses Go %s", async (goVersion) => {
    await expect(fixture.ensure(["alpha"], { goVersion })).rejects.toThrow(
      /^PROG-01: Go .* is too old to build the local cluster\n {2}why: the pinned modules need Go 1\.26\.5\n {2}fix: install Go 1\.26\.5 or newer/,
    );
    expect(await fixture.built()).toEqual([]);
  });

  test("PROG-01: says that Go is missing", async () => {
    const environment = { PATH: join(fixture.folder, "nowhere") };
    await expect(ensurePrograms(["etcd"], { environment })).rejects.toThrow(
      /^PROG-01: Go is not on PATH\n {2}why: etcd/,
    );
  });
});

describe("selectPrograms", () => {
  test("knows groups and names, each program once", () => {
    const names = selectPrograms(["hub", "kube-controller-manager", "etcd"], programs).map((program) => program.name);
    expect(names).toEqual(["etcd", "kube-controller-manager", "velero", "velero-plugin-for-aws", "versitygw"]);
  });

  test("PROG-03: an unknown name is answered with the known ones", () => {
    expect(() => selectPrograms(["kubctl"], programs)).toThrow(
      /^PROG-03: there is no program or group "kubctl"\n {2}why: groups: api-server, .*programs: etcd, .*kubectl/,
    );
  });
});
