import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { inspectionPermissions } from "../../../steps/switchover/inspection-permissions.ts";
import type { PostflightDocument } from "../../../steps/switchover/postflight/postflight-document.ts";
import { eventually } from "../../support/eventually.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { accountFolder, accountUser, grantNothingToAll, installRole } from "./support/accounts.ts";
import { switchover } from "./support/program.ts";
import { describeAll, describeCall, otherPaths, recordedCalls } from "./support/recorded-calls.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const targets = ["primary", "secondary"] as const;
const observability = "open-cluster-management-observability";

interface Judged {
  readonly run: Ended;
  readonly document: PostflightDocument;
}

async function postflight(args: readonly string[], kubeconfig = ""): Promise<Judged> {
  const run = await switchover(["postflight", "--output", "json", "--log-format", "json", ...args], {
    KUBECONFIG: kubeconfig,
  });
  if (run.stdout === "") throw new Error(`exit ${run.exitCode}: ${run.stderr.slice(-2000)}`);
  return { run, document: JSON.parse(run.stdout) };
}

/** `critical check: message` of what failed. */
function failures({ checks }: PostflightDocument): readonly string[] {
  return checks
    .filter(({ result }) => result === "failed")
    .map(({ id, severity, message }) => `${severity} ${id}: ${message}`);
}

/** Velero's pod of the tests has no node that could tell its log. */
const noLog = expect.stringMatching(/^warning velero-log: could not be checked/);

let bench: SwitchoverBench;
let before: Judged;
let changes: readonly string[];
let after: Judged;
let alone: Judged;

beforeAll(async () => {
  bench = await SwitchoverBench.open({ clusters: 2 }, patientTuning);
  const { primary, secondary, seeds } = bench.pair;
  const list = `${primary.kubeconfig()}:${secondary.kubeconfig()}`;
  const hubs = ["--primary-context", "primary", "--secondary-context", "secondary"];
  before = await postflight(hubs, list);
  const switched = await bench.run();
  if (switched.exitCode !== 0) throw new Error(`the switchover failed: ${switched.stderr.slice(-2000)}`);
  // The old hub notices some time later that its clusters have left it.
  await eventually(async () => {
    const fleet = (await seeds.primary.list("managedClusters")).filter(({ metadata }) => /^c\d$/.test(metadata.name));
    expect(fleet.filter(isAvailable)).toEqual([]);
  });
  const both = async () => (await Promise.all([seeds.primary.snapshot(), seeds.secondary.snapshot()])).flat();
  const untouched = await both();
  after = await postflight(hubs, list);
  changes = (await both()).filter((line) => !untouched.includes(line) && !line.includes("Backup "));
  alone = await postflight([], secondary.kubeconfig());
}, 400_000);

afterAll(() => bench?.close());

describe("before a switchover", () => {
  test("the hub that is to take over fails with exit 3: it has neither clusters nor a schedule", () => {
    expect(before.run.exitCode).toBe(3);
    expect(failures(before.document)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^warning restore: .*still follows/),
        "critical backup-schedule: there is no BackupSchedule",
        expect.stringMatching(/^warning old-hub-clusters: 2 clusters still available/),
        expect.stringMatching(/^warning old-hub-schedule: /),
        expect.stringMatching(/^warning old-hub-passive-restore: /),
      ]),
    );
  });

  test("the last lines name the first failures and how to mend them", () => {
    expect(before.run.stderr).toContain("SW-PST-01");
    expect(before.run.stderr).toContain("run the switchover again to resume it");
  });
});

describe("after a switchover", () => {
  test("both hubs pass, exit 0", () => {
    expect(failures(after.document)).toEqual([noLog]);
    expect(after.run.exitCode).toBe(0);
    expect(after.document).toMatchObject({
      passed: true,
      hubs: {
        secondary: { id: bench.pair.ids.secondary, acmVersion: "2.14.1", clusters: { available: 2, total: 2 } },
        primary: { id: bench.pair.ids.primary, clusters: { available: 0, total: 2 } },
      },
    });
  });

  test("nothing on a hub was changed", () => {
    expect(changes).toEqual([]);
  });

  test("the new hub can be checked alone", () => {
    expect(alone.run.exitCode).toBe(0);
    expect(Object.keys(alone.document.hubs)).toEqual(["secondary"]);
  });
});

describe("under the validator's account, on hubs with observability, with the Secrets of a Pipeline", () => {
  let judged: Judged;
  let output: string;

  beforeAll(async () => {
    const { pair } = bench;
    const workspaces: string[] = [];
    for (const target of targets) {
      await pair[target].kubectl(["create", "namespace", observability]);
      await grantNothingToAll(pair[target]);
      await installRole(pair[target], "validator", ["base", "observability"]);
      const folder = await accountFolder(pair[target], "validator", pair.folder);
      workspaces.push("--workspace", `${target}-kubeconfig=${folder}`);
    }
    output = join(pair.folder, "output");
    await mkdir(output);
    judged = await postflight([...workspaces, "--workspace", `output=${output}`]);
  });

  test("it can tell the same, and that observability is not ready", () => {
    expect(failures(judged.document)).toEqual([
      expect.stringMatching(/^warning observability-ready: there is no MultiClusterObservability/),
      "warning grafana-route: there is no Route grafana",
      noLog,
    ]);
    expect(judged.run.exitCode).toBe(0);
  });

  test("it leaves its report in the output workspace", async () => {
    expect(JSON.parse(await readFile(join(output, "postflight.json"), "utf8"))).toEqual(judged.document);
  });

  test("it asks for all that is declared and for nothing else", async () => {
    const declared = describeAll(inspectionPermissions.filter(({ steps }) => steps.includes("postflight")));
    const used = new Set<string>();
    for (const target of targets) {
      const events = await bench.pair[target].auditEvents();
      const calls = recordedCalls(target, events, accountUser("validator"));
      expect(calls.filter(({ refused }) => refused)).toEqual([]);
      for (const call of calls) used.add(describeCall(call, declared));
      expect(otherPaths(events, accountUser("validator"))).toEqual(["/version"]);
    }
    expect([...used].toSorted()).toEqual([...declared].toSorted());
  });
});
