import type { ChildProcess } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { switchover } from "./support/program.ts";
import { refusalOf } from "./support/refusal.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;

// The first run holds both hubs while it waits for a cluster, until the last test lets it go on.
describe("while a switchover runs", () => {
  let bench: SwitchoverBench;
  let first: ChildProcess;
  let firstEnd: Promise<Ended>;
  let elsewhere: string;

  beforeAll(async () => {
    // It must not give the cluster up before the last of the other runs has ended, however slow they are.
    bench = await SwitchoverBench.open({ clusters: 1 }, { ...patientTuning, clusterWait: 1800 });
    elsewhere = join(bench.pair.folder, "another-state");
    await mkdir(elsewhere);
    bench.pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
    first = bench.start(["--operation-id", "first"]);
    firstEnd = ended(first);
    await written(first, '"step":"verify_clusters_connected"');
  }, 4 * minute);

  afterAll(async () => {
    first?.kill("SIGKILL");
    await bench?.close();
  });

  /** A run on another machine: it knows nothing of the first but what is on the hubs. */
  function another(flags: Readonly<Record<string, string>>): Promise<Ended> {
    const { primary, secondary } = bench.pair;
    const all = {
      "primary-kubeconfig": primary.kubeconfig(),
      "secondary-kubeconfig": secondary.kubeconfig(),
      "state-folder": elsewhere,
      tuning: JSON.stringify(patientTuning),
      ...flags,
    };
    return switchover(["run", ...Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])], {
      HOME: bench.pair.folder,
    });
  }

  test("another operation is refused before it checks anything, and the first is named", async () => {
    const refusal = refusalOf(await another({ "operation-id": "second" }));
    expect(refusal).toMatchObject({
      code: 4,
      id: "STATE-11",
      what: 'Lease open-cluster-management-backup/acm-switchover on "primary" is held by "first"',
      fix: expect.stringMatching(/^wait until "first" has ended, or cancel it; /),
    });
  });

  test("the same operation on another machine, which has no state of it, is refused", async () => {
    const refusal = refusalOf(await another({ "operation-id": "first" }));
    expect(refusal).toMatchObject({
      code: 4,
      id: "SW-STATE-10",
      what: 'operation "first" is under way, and its state is not in this folder',
      why: expect.stringContaining(`but there is no ${elsewhere}/first.json`),
      fix: expect.stringContaining("resume it with the folder that it keeps its state in"),
    });
  });

  test("the same operation in the same folder is refused by the lock", async () => {
    const refusal = refusalOf(await another({ "operation-id": "first", "state-folder": bench.stateFolder }));
    expect(refusal).toMatchObject({ code: 4, id: "STATE-08" });
    expect(refusal.what).toContain(`${bench.stateFolder}/first.json.lock is held by owner`);
  });

  test("the preflight of another switchover is refused, too, instead of advising to undo the first", async () => {
    const refusal = refusalOf(await preflight(["--mode", "switchover", "--operation-id", "second"]));
    expect(refusal).toMatchObject({ code: 4, id: "STATE-11" });
  });

  test("the Pipeline of another switchover ends as refused: its last Task tells who holds the hubs", async () => {
    expect(await endOfRun(["--operation-id", "second"])).toEqual({
      outcome: "refused",
      summary:
        'Lease open-cluster-management-backup/acm-switchover on "primary" is held by "first"; nothing was changed',
    });
  });

  test("a validation takes no part in this and says what it sees", async () => {
    expect((await preflight(["--mode", "validate"])).stderr).not.toContain("STATE-11");
  });

  test("none of them has written anything, and the first ends as if it had been alone", async () => {
    expect(await readdir(elsewhere)).toEqual([]);
    bench.pair.simulators.secondary.clear();
    const { exitCode, stderr } = await firstEnd;
    expect({ exitCode, tail: stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
    expect(stderr).not.toMatch(/lost its lock|lost Lease|took over/);
  });

  test("a Pipeline that names another hub as the new one ends as refused: its last Task tells why", async () => {
    expect(await endOfRun(["--operation-id", "third", "--confirm-new-hub", "another-hub-id"])).toEqual({
      outcome: "refused",
      summary: 'confirm-new-hub "another-hub-id" is not the id of the new hub; nothing was changed',
    });
  });

  test("a Pipeline whose parameters do not fit together ends as failed: its last Task tells which", async () => {
    expect(await endOfRun(["--primary-unreachable", "true"], "failed")).toEqual({
      outcome: "failed",
      summary: "primary-unreachable needs acknowledge-primary-down; nothing was changed",
    });
  });

  /** What a Pipeline tells whose preflight does not let it in. */
  async function endOfRun(flags: readonly string[], outcome = "refused") {
    const preflight = await bench.stepWithResults("preflight", ["--mode", "switchover", ...flags]);
    expect(preflight.results).toMatchObject({ outcome });
    const { results } = await bench.stepWithResults("report-and-unlock", ["--tasks-status", "Failed"]);
    return { outcome: results["outcome"], summary: results["summary"] };
  }

  async function preflight(args: readonly string[]): Promise<Ended> {
    const { primary, secondary } = bench.pair;
    const folders = {
      primary: await bench.folderOf(primary.kubeconfig(), "primary"),
      secondary: await bench.folderOf(secondary.kubeconfig(), "secondary"),
    };
    return await bench.preflight(folders, args);
  }
});
