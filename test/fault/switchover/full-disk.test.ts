import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { refusalOf } from "../../integration/switchover/support/refusal.ts";
import { type Ended, ended, patientTuning, written } from "../../integration/switchover/support/switchover-bench.ts";
import { type HealthyPair, healthyPair } from "../../support/hubs.ts";
import { program } from "../../support/program.ts";
import { SmallVolumes } from "./support/small-volumes.ts";

const minute = 60_000;
const operation = "full-disk";

// One switchover that meets a full volume again and again: each test goes on where the one before was stopped.
describe("a switchover whose volume is full", () => {
  let pair: HealthyPair;
  let volumes: SmallVolumes;
  let stateFolder: string;
  let reportFolder: string;

  beforeAll(async () => {
    pair = await healthyPair({ clusters: 1 });
    stateFolder = join(pair.folder, "state");
    reportFolder = join(pair.folder, "reports");
    for (const folder of [stateFolder, reportFolder]) await mkdir(folder);
    volumes = await SmallVolumes.mount([stateFolder, reportFolder]);
  }, 4 * minute);

  afterAll(async () => {
    await volumes?.unmount();
    await pair?.stop();
  });

  const start = () =>
    volumes.start(process.execPath, [
      ...[program, "switchover", "run", "--operation-id", operation, "--tuning", JSON.stringify(patientTuning)],
      ...["--primary-kubeconfig", pair.primary.kubeconfig(), "--secondary-kubeconfig", pair.secondary.kubeconfig()],
      ...["--state-folder", stateFolder, "--report-folder", reportFolder, "--log-format", "json"],
    ]);
  const run = (): Promise<Ended> => ended(start());
  const stateText = (): Promise<string> => readFile(volumes.path(join(stateFolder, `${operation}.json`)), "utf8");
  const outcome = async (): Promise<unknown> =>
    JSON.parse(await readFile(volumes.path(join(reportFolder, "report.json")), "utf8"))["outcome"];
  const files = (folder: string): Promise<readonly string[]> => readdir(volumes.path(folder));
  const hubs = async (): Promise<readonly string[]> =>
    (await Promise.all([pair.seeds.primary.snapshot(), pair.seeds.secondary.snapshot()])).flat();

  test(
    "from the start changes nothing on any hub and leaves no half of a file",
    async () => {
      await volumes.fill(stateFolder);
      const before = await hubs();

      expect(refusalOf(await run())).toEqual({
        code: 1,
        id: "STATE-01",
        what: `could not lock ${stateFolder}/${operation}.json.lock`,
        why: expect.stringMatching(/^no space is left for it on the volume \(ENOSPC\); /),
        fix: "free space on the volume or raise its quota, then run again",
      });

      expect(await hubs()).toEqual(before);
      expect(await files(stateFolder)).toEqual(["filler"]);
      await volumes.free(stateFolder);
    },
    2 * minute,
  );

  test(
    "from the activation on stops with what it could not write, keeps what it had written, and frees its locks",
    async () => {
      pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
      const child = start();
      const end = ended(child);
      await written(child, '"step":"verify_clusters_connected"');
      await volumes.fill(stateFolder);
      const before = await stateText();
      pair.simulators.secondary.clear();

      expect(refusalOf(await end)).toMatchObject({
        code: 1,
        id: "STATE-01",
        what: expect.stringContaining(`${stateFolder}/${operation}.`),
        why: expect.stringMatching(/\(ENOSPC\); .*nothing is lost$/),
      });

      expect(await stateText()).toBe(before);
      expect(JSON.parse(before)).toMatchObject({ current_phase: "post_activation_verification" });
      const left = await files(stateFolder);
      expect(left.filter((name) => name.endsWith(".lock") || name.includes(".tmp-"))).toEqual([]);
      expect(await leases()).toEqual([]);
    },
    4 * minute,
  );

  async function leases(): Promise<readonly string[]> {
    const of = ["get", "leases", "-n", "open-cluster-management-backup", "-o", "name"];
    const found = await Promise.all([pair.primary.kubectl(of), pair.secondary.kubectl(of)]);
    return found.flatMap((text) => text.split("\n")).filter((name) => name.endsWith("/acm-switchover"));
  }

  test(
    "is completed by a run that finds space; a report for which there is none is all that is missing",
    async () => {
      await volumes.free(stateFolder);
      await volumes.fill(reportFolder);

      const ran = await run();

      expect(ran.stderr).toContain("resuming in phase post_activation_verification");
      expect(refusalOf(ran)).toMatchObject({
        code: 1,
        id: "STATE-01",
        what: expect.stringContaining(`could not write ${reportFolder}/report.`),
        why: expect.stringMatching(/; the switchover itself is complete, only its report is missing$/),
      });
      expect(JSON.parse(await stateText())).toMatchObject({
        current_phase: "completed",
        config: { archived_restores: [{ name: "restore-acm-passive-sync" }] },
      });
      expect(await outcome()).toBe("failed");
    },
    4 * minute,
  );

  test(
    "has its report once there is space for it and the run is started again, which changes nothing else",
    async () => {
      await volumes.free(reportFolder);
      const before = await hubs();

      const again = await run();

      expect({ exitCode: again.exitCode, tail: again.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
      expect(again.stderr).toContain("already completed");
      expect(await hubs()).toEqual(before);
      expect(await outcome()).toBe("succeeded");
      expect((await files(reportFolder)).toSorted()).toEqual([
        "metrics.prom",
        "report.html",
        "report.json",
        "report.md",
      ]);
    },
    2 * minute,
  );
});
