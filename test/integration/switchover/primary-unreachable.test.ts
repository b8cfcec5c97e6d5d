import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { endOf, succeed } from "./support/activations.ts";
import { type OddServer, silentServer } from "./support/odd-servers.ts";
import { switchover } from "./support/program.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const disableAutoImport = "import.open-cluster-management.io/disable-auto-import";

/** What goes on without the old hub. */
function declaredDown({ pair }: SwitchoverBench): readonly string[] {
  const given = { "primary-unreachable": "true", "acknowledge-primary-down": pair.ids.secondary };
  return Object.entries({ ...given, "old-hub-action": "none" }).flatMap(([name, value]) => [`--${name}`, value]);
}

const stepsOf = (state: Readonly<Record<string, unknown>> | undefined): readonly string[] =>
  // The state file is the program's own; a wrong shape fails the expectations on it.
  ((state?.["completed_steps"] ?? []) as readonly { readonly name: string }[]).map(({ name }) => name);

async function reportOf(bench: SwitchoverBench) {
  const id = String((await bench.state())?.["operation_id"]);
  return JSON.parse(await readFile(join(bench.stateFolder, "reports", id, "report.json"), "utf8"));
}

async function availableOn({ pair }: SwitchoverBench): Promise<readonly string[]> {
  const clusters = await pair.seeds.secondary.list("managedClusters");
  return clusters.filter(isAvailable).map(({ metadata }) => metadata.name);
}

describe("a full switchover of a fleet whose hub is gone", () => {
  let bench: SwitchoverBench;
  let real: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, hive: 1 }, patientTuning);
    await bench.pair.simulators.primary.stop();
    await bench.pair.primary.kill();
    real = await bench.run(["--method", "full", ...declaredDown(bench)]);
  }, 5 * minute);
  afterAll(() => bench.close());

  test("A-73 / K-08 ends with exit 0, and every cluster is available on the new hub", async () => {
    succeed(real);
    expect(await bench.state()).toMatchObject({ current_phase: "completed" });
    expect(await availableOn(bench)).toEqual(expect.arrayContaining(["c1", "c2", "h1"]));
  });

  test("A-73 reports the checks of the old hub as skipped, and judges the backups that the new hub has", () => {
    for (const line of [
      /api-connectivity +primary .*declared down/,
      /same-storage .*declared down/,
      /backup-status +secondary .*is Completed/,
      /backup-age +secondary .*was completed/,
      /managed-clusters-backup +secondary .*is Completed, begun/,
    ]) {
      expect(real.stdout).toMatch(line);
    }
  });

  test("A-73 prepares nothing and says so by the step primary_prep_skipped", async () => {
    const steps = stepsOf(await bench.state());
    expect(steps).toContain("primary_prep_skipped");
    for (const step of ["pause_backup_schedule", "disable_auto_import", "scale_down_thanos", "handle_old_hub"]) {
      expect(steps).not.toContain(step);
    }
  });

  test("A-73 makes the usual schedule acm-hub-backup, with a warning", async () => {
    const schedule = await bench.pair.seeds.secondary.find("backupSchedules", "acm-hub-backup");
    expect(schedule).toMatchObject({
      spec: { veleroSchedule: "0 */4 * * *", veleroTtl: "168h", useManagedServiceAccount: true, paused: false },
      status: { phase: "Enabled" },
    });
    expect(real.stderr).toContain("nothing is known of the old hub's BackupSchedule: acm-hub-backup is made");
  });

  test("A-73 holds no lease when it is over", async () => {
    const leases = await bench.pair.secondary.kubectl(["get", "leases", "-A", "-o", "name"]);
    expect(leases).not.toContain("acm-switchover");
  });

  test("A-73 reports what was left out on the old hub, and what to do when that is back", async () => {
    const report = await reportOf(bench);
    expect(report).toMatchObject({
      outcome: "succeeded",
      summary: "the fleet moved: 3 of 3 clusters are connected to the new hub",
      tables: [
        { title: "Clusters" },
        {
          title: "Not done on the old hub",
          rows: [["pause_backup_schedule"], ["disable_auto_import"], ["scale_down_thanos"], ["handle_old_hub"]].map(
            (row) => expect.arrayContaining(row),
          ),
        },
      ],
    });
    expect(report.nextActions[0]).toMatch(/^Danger: the old hub does not know that it was replaced/);
    expect(report.nextActions.join("\n")).toContain(`patch --type merge -p '{"spec":{"paused":true}}'`);
    expect(report.nextActions.join("\n")).toContain(`-l 'local-cluster!=true' ${disableAutoImport}=`);
  });

  test(
    "A-73 started again it says that it is completed",
    async () => {
      const again = await bench.run(["--method", "full", ...declaredDown(bench)]);
      succeed(again);
      expect(again.stderr).toContain("already completed");
    },
    2 * minute,
  );
});

describe("a passive switchover while the old hub takes every connection and never answers", () => {
  let bench: SwitchoverBench;
  let silent: OddServer;
  let kubeconfig: string;
  let before: readonly string[];
  let dry: Ended;
  let afterDry: readonly string[];
  let validation: Ended;
  let real: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2 }, patientTuning);
    silent = await silentServer();
    const { primary, simulators, seeds } = bench.pair;
    await simulators.primary.stop();
    await primary.kill();
    kubeconfig = join(bench.pair.folder, "silent.kubeconfig");
    const text = await readFile(primary.kubeconfig(), "utf8");
    await writeFile(kubeconfig, text.replaceAll(primary.url, silent.url));
    const run = (args: readonly string[]) => bench.run([...declaredDown(bench), ...args], { primary: kubeconfig });
    before = await seeds.secondary.snapshot();
    dry = await run(["--dry-run", "true"]);
    afterDry = await seeds.secondary.snapshot();
    const folders = {
      primary: await bench.folderOf(kubeconfig, "primary"),
      secondary: await bench.folderOf(bench.pair.secondary.kubeconfig(), "secondary"),
    };
    validation = await bench.validate(folders, declaredDown(bench).slice(0, 4));
    real = await run([]);
  }, 5 * minute);
  afterAll(async () => {
    silent.close();
    await bench.close();
  });

  test("A-73 A-59 a dry run plans no change of the old hub, and changes nothing", () => {
    expect(endOf(dry, 0)).toBe("exit 0");
    expect(dry.stdout).toContain("the rest of enable_backup_schedule is planned");
    expect(dry.stdout).toContain("activate the managed clusters");
    expect(dry.stdout).not.toContain("annotate ManagedCluster c1 with");
    expect(afterDry).toEqual(before);
  });

  test("A-73 a validation passes without it", () => {
    expect(endOf(validation, 0)).toBe("exit 0");
    expect(validation.stdout).toMatch(/skipped +backup-schedule +primary/);
  });

  test("A-73 the fleet moves, and nobody ever connected to the old hub", async () => {
    succeed(real);
    expect(await availableOn(bench)).toEqual(expect.arrayContaining(["c1", "c2"]));
    expect(silent.connections()).toBe(0);
  });
});

describe("the Tasks of the Pipeline without the Secret of the old hub", () => {
  let bench: SwitchoverBench;
  let output: string;
  afterEach(() => bench.close());

  test(
    "A-73 move the fleet, and the last one reports it and frees the new hub",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2, version: "2.16.0" }, patientTuning);
      const { pair } = bench;
      await pair.simulators.primary.stop();
      await pair.primary.kill();
      output = join(pair.folder, "output");
      await mkdir(output);
      const secret = await bench.folderOf(pair.secondary.kubeconfig(), "secondary");
      const task = (name: string, ...more: readonly string[]) => {
        const bound = [`secondary-kubeconfig=${secret}`, `state=${bench.stateFolder}`, `output=${output}`];
        const workspaces = bound.flatMap((workspace) => ["--workspace", workspace]);
        const tuning = ["--tuning", JSON.stringify(patientTuning), "--run-uid", "one-run"];
        return switchover([name, ...workspaces, ...tuning, ...more]);
      };
      const flags = declaredDown(bench);

      succeed(await task("preflight", "--mode", "switchover", ...flags));
      for (const name of ["primary-prep", "activate", "post-activate", "finalize"]) succeed(await task(name, ...flags));
      succeed(await task("report-and-unlock", "--primary-unreachable", "true"));

      const report = JSON.parse(await readFile(join(output, "report.json"), "utf8"));
      expect(report).toMatchObject({ outcome: "succeeded", checks: expect.arrayContaining([skippedCheck]) });
      expect(report.facts).toContainEqual({ label: "Old hub", value: "unknown; declared down, not asked" });
      expect(await pair.secondary.kubectl(["get", "leases", "-A", "-o", "name"])).not.toContain("acm-switchover");
    },
    5 * minute,
  );
});

const skippedCheck = expect.objectContaining({ id: "api-connectivity", hub: "primary", result: "skipped" });

describe("a hub that is declared down", () => {
  let bench: SwitchoverBench;
  afterEach(() => bench.close());

  test(
    "A-73 acknowledged with another id than that of the new hub ends with exit 4, and nothing is written",
    async () => {
      bench = await SwitchoverBench.open();
      const before = await bench.pair.seeds.secondary.snapshot();
      const flags = declaredDown(bench).map((text) =>
        text === bench.pair.ids.secondary ? bench.pair.ids.primary : text,
      );
      const end = await bench.run(flags);
      expect(endOf(end, 4)).toBe("exit 4");
      expect(end.stderr).toContain("ERROR SW-DOWN-03");
      expect(await bench.pair.seeds.secondary.snapshot()).toEqual(before);
      expect(await bench.state()).toBeUndefined();
    },
    3 * minute,
  );

  test(
    "A-73 lost in the middle of an operation: that goes on with what it knows of it, and gives it no part",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2 }, patientTuning);
      const { pair } = bench;
      pair.simulators.secondary.inject({ kind: "velero-down" });
      const child = bench.start();
      const first = ended(child);
      await written(child, '"step":"wait_restore_completion"');
      child.kill("SIGTERM");
      await first;
      await pair.simulators.primary.stop();
      await pair.primary.kill();
      pair.simulators.secondary.clear();

      const second = await bench.run(declaredDown(bench));

      succeed(second);
      expect(second.stderr).toContain("resuming in phase activation");
      expect(second.stderr).not.toContain("nothing is known of the old hub's BackupSchedule");
      const state = await bench.state();
      expect(state).toMatchObject({
        current_phase: "completed",
        parameters: { oldHubAction: "none" },
        warnings: expect.arrayContaining([expect.stringContaining("old-hub-action was secondary and is none")]),
      });
      expect(stepsOf(state)).toContain("pause_backup_schedule");
      expect(stepsOf(state)).not.toContain("primary_prep_skipped");
      const { tables } = await reportOf(bench);
      expect(tables[1].rows.map(([step]: readonly string[]) => step)).toEqual(["handle_old_hub"]);
    },
    4 * minute,
  );

  test(
    "A-73 is asked nothing though it answers; when it is no longer declared down, its preparation is made up for",
    async () => {
      bench = await SwitchoverBench.open({ clusters: 2 }, patientTuning);
      const { pair } = bench;
      pair.simulators.secondary.inject({ kind: "velero-down" });
      const asked = await askedOf(bench);
      const child = bench.start(declaredDown(bench));
      const first = ended(child);
      await written(child, '"step":"wait_restore_completion"');
      child.kill("SIGTERM");
      await first;
      expect(await askedOf(bench)).toEqual(asked);
      pair.simulators.secondary.clear();

      const id = String((await bench.state())?.["operation_id"]);
      const second = await bench.run(["--old-hub-action", "none", "--operation-id", id]);

      succeed(second);
      expect(await pair.seeds.primary.find("backupSchedules", "acm-hub-backup")).toMatchObject({
        spec: { paused: true },
        status: { phase: expect.stringMatching(/^(Paused|BackupCollision)$/) },
      });
      const clusters = await pair.seeds.primary.list("managedClusters");
      const stopped = clusters.filter(({ metadata }) => metadata.annotations?.[disableAutoImport] === "");
      expect(stopped.map(({ metadata }) => metadata.name)).toEqual(["c1", "c2"]);
      expect(await bench.state()).toMatchObject({ hubs: { primary: { id: pair.ids.primary } } });
      expect((await reportOf(bench)).tables).toHaveLength(1);
    },
    4 * minute,
  );
});

/** How often the program asked the old hub: the simulator has an agent of its own. */
async function askedOf({ pair }: SwitchoverBench): Promise<number> {
  const events = await pair.primary.auditEvents();
  return events.filter(({ userAgent }) => userAgent?.startsWith("fairlead") === true).length;
}
