import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { refusalOf } from "../../integration/switchover/support/refusal.ts";
import { type Ended, ended, patientTuning } from "../../integration/switchover/support/switchover-bench.ts";
import { backupNamespace, type HealthyPair, healthyPair } from "../../support/hubs.ts";
import { program } from "../../support/program.ts";
import { SmallVolumes } from "./support/small-volumes.ts";

const minute = 60_000;
const hubNames = ["primary", "secondary"] as const;

// Two Tasks of one run: the first takes the locks and leaves them to the next, the last is to give them back.
describe("the last Task of a run whose output volume is full", () => {
  let pair: HealthyPair;
  let volumes: SmallVolumes;
  let folder: string;

  beforeAll(async () => {
    pair = await healthyPair({ clusters: 1 });
    folder = pair.folder;
    for (const name of ["state", "output", "results"]) await mkdir(join(folder, name));
    for (const hub of hubNames) {
      await mkdir(join(folder, `${hub}-kubeconfig`));
      await copyFile(pair[hub].kubeconfig(), join(folder, `${hub}-kubeconfig`, "kubeconfig"));
    }
    volumes = await SmallVolumes.mount([join(folder, "output")]);
  }, 4 * minute);

  afterAll(async () => {
    await volumes?.unmount();
    await pair?.stop();
  });

  function task(name: string): Promise<Ended> {
    const workspaces = ["state", "output", "primary-kubeconfig", "secondary-kubeconfig"];
    const args = [
      ...[program, "switchover", name, "--operation-id", "one", "--run-uid", "run-of-the-test"],
      ...["--tuning", JSON.stringify(patientTuning), "--results-dir", join(folder, "results")],
      ...workspaces.flatMap((workspace) => ["--workspace", `${workspace}=${join(folder, workspace)}`]),
    ];
    return ended(volumes.start(process.execPath, args, { TASKRUN_NAME: name, HOME: folder }));
  }

  async function locks(): Promise<readonly string[]> {
    const of = ["get", "leases", "-n", backupNamespace, "-o", "name"];
    const leases = await Promise.all(hubNames.map((hub) => pair[hub].kubectl(of)));
    const names = [...leases.flatMap((text) => text.split("\n")), ...(await readdir(join(folder, "state")))];
    return names.filter((name) => name.endsWith(".lock") || name.endsWith("/acm-switchover"));
  }

  test(
    "says that the report is missing, and lets the next run in all the same",
    async () => {
      const prepared = await task("primary-prep");
      expect({ exitCode: prepared.exitCode, end: prepared.stdout.slice(-600) }).toMatchObject({ exitCode: 0 });
      expect(await locks()).toHaveLength(3);
      await volumes.fill(join(folder, "output"));

      const last = refusalOf(await task("report-and-unlock"));

      expect(last).toMatchObject({ code: 1, id: "STATE-01", what: expect.stringContaining("/output/report.") });
      expect(await locks()).toEqual([]);
      const state = JSON.parse(await readFile(join(folder, "state", "one.json"), "utf8"));
      expect(state).toMatchObject({ completed_phases: ["primary_preparation"] });
    },
    4 * minute,
  );
});
