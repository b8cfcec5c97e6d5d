import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import {
  assetOf,
  BaselineBench,
  type BaselineRun,
  descheduler,
  eventsIn,
  swapConfig,
} from "./support/baseline-bench.ts";

const minute = 60_000;
const key = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
const paused = "platform.kubevirt.io/reconcile-paused";
const stateMap = { resource: "configmaps", name: "virt-platform-autopilot-state", namespace: "openshift-cnv" };

interface Resumed {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: { readonly objects: readonly unknown[] };
}

let bench: BaselineBench;
afterEach(() => bench.close());

async function resume(resource: string): Promise<Resumed> {
  const output = join(bench.folder, "resumed");
  const ran = await bench.step("resume", output, ["--resource", resource]);
  if (ran.exitCode !== 0) throw new Error(`resume ended with ${ran.exitCode}: ${ran.stderr.slice(-1500)}`);
  const { exitCode, stdout, stderr } = ran;
  return { exitCode, stdout, stderr, report: JSON.parse(await readFile(join(output, "resume.json"), "utf8")) };
}

/** Somebody changes the descheduler, and a run finds it so. */
async function drift(...flags: readonly string[]): Promise<BaselineRun> {
  await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
  return await bench.reconcile("--assets", "descheduler-loadaware", ...flags);
}

const few = ["--throttle-capacity", "2", "--throttle-window", "1h"];

/** Until the program has paused the descheduler, which somebody keeps changing. */
async function fight(): Promise<void> {
  await bench.reconcile("--assets", "descheduler-loadaware");
  await bench.delete(stateMap);
  for (let run = 1; run <= 5; run += 1) await drift(...few);
  expect((await bench.get(descheduler)).metadata["annotations"]).toEqual({ [paused]: "true" });
}

describe("an object that is paused for an edit war", () => {
  test(
    "B-12-38 is corrected at once after a resume, with a full bucket, and is not paused again",
    async () => {
      bench = await BaselineBench.open();
      await fight();
      expect((await resume(key)).report.objects).toEqual([{ object: key, result: "resumed", by: "annotation" }]);
      const live = await bench.get(descheduler);
      expect(live.metadata["annotations"]).toBeUndefined();
      expect(live).toMatchObject({ spec: { deschedulingIntervalSeconds: 300 } });
      const corrected = await drift(...few);
      expect(assetOf(corrected, "descheduler-loadaware").result).toBe("applied");
      expect(assetOf(await drift(...few), "descheduler-loadaware").result).toBe("applied");
      expect(await bench.get(descheduler)).toMatchObject({ spec: { deschedulingIntervalSeconds: 60 } });
    },
    4 * minute,
  );

  test(
    "B-12-38 is found among all by its annotation alone where the state of earlier runs is lost",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile("--assets", "descheduler-loadaware,swap-enable");
      await bench.annotate(descheduler, { "reconcile-paused": "true" });
      await bench.annotate(swapConfig, { "reconcile-paused": "true" });
      await bench.delete(stateMap);
      const resumed = await resume("all");
      expect(resumed.report.objects).toEqual([
        { object: key, result: "resumed", by: "annotation" },
        { object: "MachineConfig/90-worker-swap-online", result: "resumed", by: "annotation" },
      ]);
      expect(resumed.stdout).toContain(key);
      const again = await resume("all");
      expect({ objects: again.report.objects, exitCode: again.exitCode }).toEqual({ objects: [], exitCode: 0 });
    },
    3 * minute,
  );

  test(
    "B-12-42 is resumed by its annotation where the stored state cannot be read, which is left for the next run to tell",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile("--assets", "descheduler-loadaware");
      await bench.annotate(descheduler, { "reconcile-paused": "true" });
      await bench.mergePatch(stateMap, { data: { "state.json": "{" } });
      const before = await bench.get(stateMap);
      const resumed = await resume(key);
      expect(resumed.report.objects).toEqual([{ object: key, result: "resumed", by: "annotation" }]);
      expect(resumed.stderr).toContain("the state of earlier runs cannot be used, and is left as it is");
      expect((await bench.get(descheduler)).metadata["annotations"]).toBeUndefined();
      expect(await bench.get(stateMap)).toEqual(before);
      expect(eventsIn(await bench.reconcile("--assets", "descheduler-loadaware"))).toContain("StateReset state");
    },
    2 * minute,
  );

  test(
    "B-12-41 is created again after a resume where it was deleted until it was paused for its absence",
    async () => {
      bench = await BaselineBench.open();
      let run: BaselineRun | undefined;
      for (let attempt = 1; attempt <= 6; attempt += 1) {
        run = await bench.reconcile("--assets", "descheduler-loadaware");
        if (attempt < 6) await bench.delete(descheduler);
      }
      expect(run?.exitCode).toBe(3);
      const left = await bench.reconcile("--assets", "descheduler-loadaware");
      expect(assetOf(left, "descheduler-loadaware").result).toBe("paused");
      expect((await resume(key)).report.objects).toEqual([{ object: key, result: "resumed", by: "state" }]);
      const created = await bench.reconcile("--assets", "descheduler-loadaware");
      expect(assetOf(created, "descheduler-loadaware").result).toBe("applied");
      expect(await bench.find(descheduler)).toBeDefined();
    },
    4 * minute,
  );
});

describe("resuming", () => {
  test(
    "what is not paused changes nothing, and is no failure; what no asset is refuses the key",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile("--assets", "descheduler-loadaware");
      const before = [await bench.get(descheduler), await bench.get(stateMap)];
      const resumed = await resume(key);
      expect(resumed.report.objects).toEqual([{ object: key, result: "not-paused" }]);
      expect([await bench.get(descheduler), await bench.get(stateMap)]).toEqual(before);
      for (const wrong of ["Pod/default/x", "KubeDescheduler/cluster"]) {
        const refused = await bench.step("resume", join(bench.folder, "refused"), ["--resource", wrong]);
        expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("BASE-PAR-06")]);
      }
    },
    2 * minute,
  );

  test(
    "fails with exit 3 where an object cannot be written, and resumes the others all the same",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile("--assets", "descheduler-loadaware,swap-enable");
      await bench.annotate(descheduler, { "reconcile-paused": "true" });
      await bench.annotate(swapConfig, { "reconcile-paused": "true" });
      await bench.create({
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        metadata: { name: "refuses-deschedulers" },
        webhooks: [
          {
            name: "deschedulers.example.com",
            clientConfig: { url: "https://127.0.0.1:1/" },
            rules: [
              {
                apiGroups: ["operator.openshift.io"],
                apiVersions: ["*"],
                operations: ["UPDATE"],
                resources: ["kubedeschedulers"],
              },
            ],
            sideEffects: "None",
            admissionReviewVersions: ["v1"],
          },
        ],
      });
      // The server goes by a new webhook after a moment.
      await eventually(async () => {
        const change = ["--type=merge", "-p", '{"spec":{"logLevel":"Debug"}}', "--dry-run=server"];
        const { resource, name, namespace = "" } = descheduler;
        const tried = bench.server.kubectl(["patch", resource, name, "-n", namespace, ...change]);
        await expect(tried).rejects.toThrow("deschedulers.example.com");
      });
      const output = join(bench.folder, "refused");
      const ran = await bench.step("resume", output, ["--resource", "all"]);
      expect([ran.exitCode, ran.stderr]).toEqual([3, expect.stringContaining("BASE-RES-01")]);
      expect(JSON.parse(await readFile(join(output, "resume.json"), "utf8")).objects).toEqual([
        { object: key, result: "failed", error: expect.stringContaining("deschedulers.example.com") },
        { object: "MachineConfig/90-worker-swap-online", result: "resumed", by: "annotation" },
      ]);
      expect((await bench.get(descheduler)).metadata["annotations"]).toEqual({ [paused]: "true" });
    },
    2 * minute,
  );

  test(
    "waits for no other run: with its Lease held it ends with exit 6 and leaves the annotation",
    async () => {
      bench = await BaselineBench.open();
      await bench.reconcile("--assets", "descheduler-loadaware");
      await bench.annotate(descheduler, { "reconcile-paused": "true" });
      const now = `${new Date().toISOString().slice(0, -1)}000Z`;
      await bench.create({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: "virt-platform-autopilot-reconcile", namespace: "openshift-cnv" },
        spec: { holderIdentity: "another-run", leaseDurationSeconds: 900, acquireTime: now, renewTime: now },
      });
      const locked = await bench.step("resume", join(bench.folder, "locked"), ["--resource", "all"]);
      expect([locked.exitCode, locked.stderr]).toEqual([6, expect.stringContaining("another-run")]);
      expect((await bench.get(descheduler)).metadata["annotations"]).toEqual({ [paused]: "true" });
    },
    2 * minute,
  );
});
