import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PlanDocument } from "../../../steps/lib/plan/plan-document.ts";
import { program } from "../../support/program.ts";
import { refusalOf } from "./support/refusal.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const disableAutoImport = "import.open-cluster-management.io/disable-auto-import";
const taskNames = ["primary-prep", "activate", "post-activate", "finalize"] as const;

let bench: SwitchoverBench;
let digest: string;

beforeAll(async () => {
  bench = await SwitchoverBench.open({ clusters: 2, hive: 1 }, patientTuning);
}, 4 * minute);
afterAll(() => bench?.close());

const hubs = ["primary", "secondary"] as const;
const snapshot = async (): Promise<readonly string[]> =>
  (await Promise.all(hubs.map((hub) => bench.pair.seeds[hub].snapshot()))).flat();

const digestOf = ({ stderr }: Ended): string => /plan digest (sha256:[0-9a-f]{64})/.exec(stderr)?.[1] ?? stderr;
const approvals = async () => (await bench.state())?.["approvals"];
/** How a process ended; what it wrote last where that is not what was wanted. */
const endOf = ({ exitCode, stderr }: Ended): string => `exit ${exitCode}: ${stderr.slice(-2000)}`;
const byDigest = (of: string): readonly string[] => ["--approval", "digest", "--plan-digest", of];

async function dryRun(args: readonly string[] = []): Promise<PlanDocument> {
  const ran = await bench.run(["--dry-run", "true", "--output", "json", ...args]);
  expect(endOf(ran)).toMatch(/^exit 0/);
  return JSON.parse(ran.stdout);
}

async function annotateCluster(name: string, value: string | null): Promise<void> {
  const cluster = await bench.pair.seeds.primary.find("managedClusters", name);
  if (cluster === undefined) throw new Error(`no ManagedCluster ${name}`);
  const annotations = { [disableAutoImport]: value };
  await bench.pair.seeds.primary.patch("managedClusters", cluster, { metadata: { annotations } });
}

describe("the digest of a plan", () => {
  test("W-06 stands in the last lines of a dry run and is that of the plan beside the state", async () => {
    const ran = await bench.run(["--dry-run", "true"]);
    expect(endOf(ran)).toMatch(/^exit 0/);
    digest = digestOf(ran);
    const [name = ""] = (await readdir(bench.stateFolder)).filter((file) => file.endsWith(".plan.json"));
    expect(JSON.parse(await readFile(join(bench.stateFolder, name), "utf8"))).toMatchObject({ digest });
  });

  test("W-06 is the same for another dry run over the same state, also one that makes names and markers up", async () => {
    expect((await dryRun()).digest).toBe(digest);
    const flags = ["--method", "full", "--final-backup", "true"];
    const [one, other] = [await dryRun(flags), await dryRun(flags)];
    expect(one.digest).toBe(other.digest);
    expect(one.entries.flatMap(({ madeUp = [] }) => madeUp)).not.toEqual(
      other.entries.flatMap(({ madeUp = [] }) => madeUp),
    );
    expect(one.digest).not.toBe(digest);
  });

  test("W-06 is that of the settings, too: what may still be decided later belongs to what is approved", async () => {
    expect((await dryRun(["--old-hub-action", "none"])).digest).not.toBe(digest);
  });

  test("W-06 of the Tasks' dry run, one after the other, is that of the plain command", async () => {
    for (const task of taskNames.slice(0, -1)) {
      const { end, results } = await bench.stepWithResults(task, ["--dry-run", "true", "--approval", "gate"]);
      expect(endOf(end)).toMatch(/^exit 0/);
      expect(results).toMatchObject({ "plan-digest": "", approval: "" });
    }
    const { results } = await bench.stepWithResults("finalize", ["--dry-run", "true"]);
    expect(results).toMatchObject({ "plan-digest": digest, outcome: "dry-run" });
    expect(JSON.parse(await readFile(join(bench.reportFolder, "plan.json"), "utf8"))).toMatchObject({ digest });
  });

  test("W-06 of the gate of a preflight is that of the dry run, and the plan lies in the output folder", async () => {
    const { end, results } = await bench.stepWithResults("preflight", ["--mode", "switchover", "--approval", "gate"]);
    expect(endOf(end)).toMatch(/^exit 0/);
    expect(results).toMatchObject({ approval: "needed", "plan-digest": digest });
    expect(results["plan-counts"]).toMatch(/^5 changes, 1 deletions in \d+ steps$/);
  });
});

describe("a run that must be approved", () => {
  test.each([
    ["without a digest", ["--approval", "digest"], "SW-APR-01"],
    ["with a digest that nothing would compare", ["--plan-digest", `sha256:${"0".repeat(64)}`], "SW-APR-02"],
    ["with something else for a digest", byDigest("sha256:$(id)"), "STEP-03"],
    ["by a gate where nobody sits in front of it", ["--approval", "gate"], "SW-APR-06"],
  ])("W-06 is refused before any hub is asked %s", async (_how, args, id) => {
    expect(refusalOf(await bench.run(args))).toMatchObject({ code: 2, id });
  });

  test("W-06 is refused before any write when the plan has changed since, and names what", async () => {
    await annotateCluster("c1", "");
    const before = await snapshot();

    const refusal = refusalOf(await bench.run(byDigest(digest)));

    expect(await snapshot()).toEqual(before);
    expect(refusal).toEqual({
      code: 4,
      id: "SW-APR-03",
      what: `the plan is not the one that was approved as ${digest}`,
      why: "1 gone: disable_auto_import: merge-patch managedclusters.cluster.open-cluster-management.io c1 (primary)",
      fix: "run it with dry-run again, have that plan approved, then give its digest; nothing was changed",
    });
    expect(await bench.state()).toBeUndefined();
    await annotateCluster("c1", null);
  });

  test("W-06 whose approved plan is not at hand is refused with the digest of today's", async () => {
    const other = `sha256:${"0".repeat(64)}`;
    const refusal = refusalOf(await bench.run(byDigest(other)));
    expect(refusal).toMatchObject({ id: "SW-APR-03", why: expect.stringContaining(`the plan is ${digest} now`) });
  });

  test("W-06 the Task that is let in without an approval is refused, tells the last Task why, and frees the hubs", async () => {
    const { end, results } = await bench.stepWithResults("primary-prep", ["--approval", "gate"]);
    expect(refusalOf(end)).toMatchObject({ code: 4, id: "SW-APR-04" });
    expect(results).toMatchObject({ outcome: "refused", "error-code": "SW-APR-04" });
    const report = await bench.stepWithResults("report-and-unlock", ["--tasks-status", "Failed"]);
    expect(report.results).toMatchObject({
      outcome: "refused",
      summary: "nobody has approved this plan; nothing was changed",
    });
  });

  test("W-06 a rejection at the first gate ends as refused, with nothing changed", async () => {
    const folder = await mkdtemp(join(bench.pair.folder, "rejected-"));
    const args = ["--tasks-status", "Failed", "--approval-status", "Failed None", "--workspace", `output=${folder}`];
    const { results } = await bench.stepWithResults("report-and-unlock", args);
    expect(results).toMatchObject({ outcome: "refused", summary: "the plan was not approved; nothing was changed" });
  });
});

describe("on a terminal", () => {
  // A command line for a shell: nothing in it has an apostrophe.
  const quoted = (text: string): string => `'${text}'`;

  async function typed(answer: string): Promise<Ended> {
    const [primary = "", secondary = ""] = hubs.map((hub) => bench.pair[hub].kubeconfig());
    const flags = ["--primary-kubeconfig", primary, "--secondary-kubeconfig", secondary, "--approval", "gate"];
    const own = ["--state-folder", bench.stateFolder, "--tuning", JSON.stringify(patientTuning)];
    const command = [process.execPath, program, "switchover", "run", ...flags, ...own].map(quoted).join(" ");
    const child = spawn("script", ["--quiet", "--return", "--command", command, "/dev/null"], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, TERM: "dumb" },
    });
    const end = ended(child);
    let seen = "";
    child.stdout.on("data", (chunk: Buffer | string) => {
      seen += String(chunk);
      if (!seen.includes("to go on: ")) return;
      seen = "";
      child.stdin.write(`${answer}\n`);
    });
    const { stdout, ...rest } = await end;
    return { ...rest, stdout: stripVTControlCharacters(stdout).replaceAll("\r", "") };
  }

  test("W-06 a gate shows the plan and refuses whoever does not repeat the new hub's id, before anything is written", async () => {
    const before = await snapshot();
    const run = await typed("yes");
    expect(run.stdout).toContain("[DRY-RUN] primary_preparation pause_backup_schedule: merge-patch");
    expect(run.stdout).toContain(`plan digest ${digest}`);
    expect(refusalOf(run)).toMatchObject({ code: 4, id: "SW-APR-07", why: expect.stringContaining('"yes"') });
    expect(await snapshot()).toEqual(before);
  });
});

describe("an approved run", () => {
  test("W-06 that is killed goes on without being asked again, although it has changed the hubs itself", async () => {
    const child = await bench.startStep("primary-prep", byDigest(digest));
    const end = ended(child);
    await written(child, '"step":"disable_auto_import"');
    child.kill("SIGKILL");
    await end;
    expect(await approvals()).toMatchObject([{ point: "start", digest, by: "digest" }]);
    expect((await dryRun()).digest).not.toBe(digest);

    const prepared = await bench.stepWithResults("primary-prep", byDigest(digest));

    expect(endOf(prepared.end)).toMatch(/^exit 0/);
    expect(prepared.results).toMatchObject({ outcome: "succeeded", "plan-digest": digest, approval: "" });
    expect(await approvals()).toHaveLength(1);
  });

  test("W-06 is asked again before the activation where people approve, and refuses another plan there", async () => {
    const prepared = await bench.stepWithResults("primary-prep", ["--approval", "gate"]);
    expect(prepared.results).toMatchObject({ outcome: "succeeded", approval: "needed" });
    const shown = prepared.results["plan-digest"] ?? "";
    const gate = (of: string): readonly string[] => ["--approval", "gate", "--plan-digest", of];

    const other = await bench.stepWithResults("activate", gate(digest));
    expect(refusalOf(other.end)).toMatchObject({ code: 4, id: "SW-APR-03" });
    const report = await bench.stepWithResults("report-and-unlock", ["--tasks-status", "Failed"]);
    expect(report.results).toMatchObject({
      outcome: "refused",
      summary: expect.stringContaining("the old hub is prepared, the fleet has not moved"),
    });

    const activated = await bench.stepWithResults("activate", gate(shown));
    expect(endOf(activated.end)).toMatch(/^exit 0/);
    expect(await approvals()).toMatchObject([{ point: "start" }, { point: "activation", digest: shown, by: "gate" }]);
  });
});

describe("a rollback that must be approved", () => {
  test("W-06 is refused with the digest of another plan, and begun with its own", async () => {
    const dry = await bench.stepWithResults("rollback", ["--dry-run", "true", "--approval", "gate"]);
    expect(endOf(dry.end)).toMatch(/^exit 0/);
    expect(dry.results).toMatchObject({ approval: "needed", "plan-digest": digestOf(dry.end) });
    // The played operators still write to the clusters: only what a rollback writes first is held against it.
    const before = [await bench.pair.seeds.primary.snapshot(["backupSchedules"]), (await bench.state())?.["history"]];

    const other = await bench.stepWithResults("rollback", byDigest(digest));
    expect(refusalOf(other.end)).toMatchObject({ code: 4, id: "SW-APR-03" });
    const after = [await bench.pair.seeds.primary.snapshot(["backupSchedules"]), (await bench.state())?.["history"]];
    expect(after).toEqual(before);

    const child = await bench.startStep("rollback", byDigest(digestOf(dry.end)));
    const end = ended(child);
    await written(child, "is the approved one");
    // What a rollback does then is proved elsewhere.
    child.kill("SIGTERM");
    expect((await end).exitCode).toBe(143);
    expect(await approvals()).toMatchObject([{}, {}, { point: "rollback", digest: digestOf(dry.end) }]);
  });
});
