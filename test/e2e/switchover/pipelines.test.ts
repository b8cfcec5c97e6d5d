import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { killStep } from "../../cluster/local/kill-step.ts";
import { eventually } from "../../support/eventually.ts";
import { handOver, webhookSecret } from "../../support/stage.ts";
import { E2eStage, e2eTuning } from "./e2e-stage.ts";
import { otherPipelines } from "./other-pipelines.ts";

const minute = 60_000;
const gated = { "dry-run": "false", tuning: e2eTuning, approval: "gate", approvers: "anna,group:operators" };

// One stage for all: a cluster and two hubs take a minute and a half. The tests are in the order of an operator's day:
// validate in every way, switch with an interruption, switch back with accidents.
describe("a switchover on real Tekton, real Velero and a real git host", () => {
  let stage: E2eStage;

  beforeAll(async () => {
    stage = await E2eStage.open();
  }, 20 * minute);

  afterAll(() => stage?.close(), 5 * minute);

  /** A gate that asks about a plan by its digest is let pass. */
  async function approveAt(gate: string, run: string): Promise<void> {
    expect(await stage.question(run, gate)).toMatch(/Plan digest sha256:[0-9a-f]{64}$/);
    await stage.answer(run, gate, "approve", "anna");
  }

  test(
    "a POST with the bearer token starts a validation, which passes",
    async () => {
      const { requestId, body } = stage.request("validate");
      expect(await stage.post(body)).toBe("202");
      expect(await stage.ended(`switchover-validate-${requestId}`)).toMatchObject({
        status: "True",
        results: { outcome: "succeeded" },
      });
    },
    3 * minute,
  );

  test(
    "the same request sent twice starts one run",
    async () => {
      const { requestId, body } = stage.request("validate");
      await stage.post(body);
      await stage.post(body);
      await stage.ended(`switchover-validate-${requestId}`);
      expect((await stage.runNames()).filter((name) => name.includes(requestId))).toEqual([
        `switchover-validate-${requestId}`,
      ]);
    },
    3 * minute,
  );

  test(
    "a wrong token, a missing confirmation, an unknown operation, an oversized field and a body of 4 MB start nothing, whatever the 202 says",
    async () => {
      const refused = [
        { token: "wrong", body: stage.request("validate").body },
        { body: stage.request("switchover", { method: "passive", oldHubAction: "secondary", dryRun: "true" }).body },
        { body: stage.request("decommission").body },
        { body: stage.request("validate", { method: "x".repeat(10_000) }).body },
        { body: stage.request("validate", { method: "$(params.secret)" }).body },
        { body: stage.request("validate", { method: "x".repeat(4_000_000) }).body },
      ];
      const before = await stage.runNames();
      for (const { body, token } of refused) expect(await stage.post(body, token)).toBe("202");
      // A request that is accepted after them: when its run is there, theirs would be too.
      const { requestId, body } = stage.request("validate");
      await stage.post(body);
      await stage.ended(`switchover-validate-${requestId}`);
      expect((await stage.runNames()).filter((name) => !before.includes(name))).toEqual([
        `switchover-validate-${requestId}`,
      ]);
    },
    3 * minute,
  );

  test(
    "a request issued an hour ago starts a run that refuses it",
    async () => {
      const { requestId, body } = stage.request("validate");
      await stage.post({ ...body, issuedAt: new Date(Date.now() - 3_600_000).toISOString() });
      const name = `switchover-validate-${requestId}`;
      expect(await stage.ended(name)).toMatchObject({ status: "False" });
      expect(await stage.tkn("pipelinerun", "logs", name)).toContain("ERROR SW-PRE-04");
    },
    3 * minute,
  );

  test(
    "a push with a good signature starts a validation, one with a wrong signature nothing",
    async () => {
      const git = await stage.git();
      const address = (
        await stage.kubectl("get", "service", "el-switchover-events", "-o", "jsonpath={.spec.clusterIP}")
      ).trim();
      const url = `http://${address}:8080/`;
      await git.createRepository("wrong");
      await git.createHook("wrong", { url, secret: "another secret" });
      await git.createRepository("fleet");
      await git.createHook("fleet", { url, secret: webhookSecret });
      const before = await stage.runNames();
      await git.push("wrong", "hubs.yaml", "a: 1\n");
      const commit = await git.push("fleet", "hubs.yaml", "a: 2\n");

      const selector = ["-l", "fairlead.io/started-by=push"];
      await stage.kubectl("wait", "--for=create", "pipelinerun", ...selector, "--timeout=60s");
      const name = (
        await stage.kubectl("get", "pipelinerun", ...selector, "-o", "jsonpath={.items[*].metadata.name}")
      ).trim();
      expect(await stage.ended(name)).toMatchObject({ status: "True" });

      expect((await stage.runNames()).filter((run) => !before.includes(run))).toEqual([name]);
      const revision = "jsonpath={.metadata.annotations.fairlead\\.io/revision}";
      expect(await stage.kubectl("get", "pipelinerun", name, "-o", revision)).toBe(commit);
    },
    4 * minute,
  );

  test(
    "the CronJob's Job succeeds with its run and shows the run's log",
    async () => {
      await stage.kubectl("create", "job", "nightly-1", "--from=cronjob/switchover-validate");
      await stage.kubectl("wait", "--for=condition=Complete", "job/nightly-1", "--timeout=120s");
      expect(await stage.kubectl("logs", "job/nightly-1")).toContain("preflight passed");
      expect(await stage.ended("switchover-validate-nightly-1")).toMatchObject({ status: "True" });
    },
    4 * minute,
  );

  test(
    "the CronJob's Job fails visibly when the validation fails",
    async () => {
      const [schedule] = await stage.hubs.seeds.primary.list("clusterDeployments");
      if (schedule === undefined) throw new Error("the fleet has no Hive cluster");
      await stage.hubs.seeds.primary.patch("clusterDeployments", schedule, { spec: { preserveOnDelete: false } });
      await stage.kubectl("create", "job", "nightly-2", "--from=cronjob/switchover-validate");
      await stage.kubectl("wait", "--for=condition=Failed", "job/nightly-2", "--timeout=120s");
      await stage.hubs.seeds.primary.patch("clusterDeployments", schedule, { spec: { preserveOnDelete: true } });
      expect(await stage.kubectl("logs", "job/nightly-2")).toContain("ERROR SW-PRE-03");
    },
    4 * minute,
  );

  test(
    "a POST that names another hub as the new one is refused and changes nothing",
    async () => {
      const before = await stage.hubs.seeds.primary.snapshot(["backupSchedules"]);
      const params = {
        method: "passive",
        oldHubAction: "secondary",
        dryRun: "false",
        confirmNewHub: stage.hubs.ids.primary,
      };
      const { requestId, body } = stage.request("switchover", params);
      await stage.post(body);
      expect(await stage.ended(`switchover-${requestId}`)).toMatchObject({
        status: "False",
        results: {
          outcome: "refused",
          summary: `confirm-new-hub "${stage.hubs.ids.primary}" is not the id of the new hub; nothing was changed`,
        },
      });
      expect(await stage.hubs.seeds.primary.snapshot(["backupSchedules"])).toEqual(before);
    },
    4 * minute,
  );

  test(
    "A-59 a dry run by POST plans every phase and changes nothing",
    async () => {
      const before = await stage.hubs.seeds.secondary.snapshot(["restores", "backupSchedules", "managedClusters"]);
      const params = {
        method: "passive",
        oldHubAction: "secondary",
        dryRun: "true",
        confirmNewHub: stage.hubs.ids.secondary,
      };
      const { requestId, body } = stage.request("switchover", params);
      await stage.post(body);
      expect(await stage.ended(`switchover-${requestId}`)).toMatchObject({
        status: "True",
        results: { outcome: "dry-run" },
      });
      expect(await stage.hubs.seeds.secondary.snapshot(["restores", "backupSchedules", "managedClusters"])).toEqual(
        before,
      );
    },
    5 * minute,
  );

  otherPipelines(() => stage);

  // All runs before found no gate on the cluster, and needed none.
  test(
    "W-06 a switchover that is cancelled after the preparation is taken back by the sample run of rollback, approved at its gate",
    async () => {
      await stage.installGate();
      const operation = { "operation-id": "taken-back", tuning: e2eTuning };
      const params = { ...operation, "dry-run": "false", "confirm-new-hub": stage.hubs.ids.secondary };
      const run = await stage.startByTkn(params);
      const { name: pod } = await stage.taskRunning(run, "primary-prep");
      // The next Task needs seconds to start. Later the new hub takes imported clusters, which return only by an import.
      await stage.logged(pod, "disable_auto_import");
      await stage.tkn("pipelinerun", "cancel", run, "--grace", "CancelledRunFinally");
      expect(await stage.ended(run)).toMatchObject({ status: "False", results: { outcome: "failed" } });

      const rollback = await stage.startSample("rollback", { ...params, approval: "gate", approvers: ["anna"] });
      await approveAt("approve", rollback);

      expect(await stage.succeeded(rollback, 420)).toMatchObject({ outcome: "rolled-back" });
      expect(await stage.available("primary")).toHaveLength(12);
      expect(await stage.available("secondary")).toEqual([]);
    },
    10 * minute,
  );

  test(
    "started by tkn it is cancelled once and timed out once, frees its locks in finally each time, and its third start moves the fleet although Tekton's controller starts anew and another operation wants the same hubs",
    async () => {
      const params = { "dry-run": "false", "confirm-new-hub": stage.hubs.ids.secondary, tuning: e2eTuning };
      const first = await stage.startByTkn(params);
      await stage.taskRunning(first, "finalize");
      await stage.tkn("pipelinerun", "cancel", first, "--grace", "CancelledRunFinally");
      expect(await stage.ended(first)).toMatchObject({ status: "False", results: { outcome: "failed" } });

      // Its last Task has more to wait for than all of them have time.
      const slow = JSON.stringify({ ...JSON.parse(e2eTuning), collisionCheckAfter: 120 });
      const second = await stage.startByTkn({ ...params, tuning: slow }, "45s");
      expect(await stage.ended(second)).toMatchObject({
        status: "False",
        reason: "PipelineRunTimeout",
        results: { outcome: "failed" },
      });

      const third = await stage.startByTkn(params);
      await stage.taskRunning(third, "finalize");
      const rival = await stage.startByTkn({ ...params, "operation-id": "rival" });
      await stage.taskRunning(rival, "preflight");
      await stage.restartTekton();

      expect(await stage.ended(rival)).toMatchObject({ status: "False", results: { outcome: "refused" } });
      expect(await stage.tkn("pipelinerun", "logs", rival)).toContain("ERROR STATE-11");
      expect(await stage.succeeded(third, 420)).toMatchObject({
        outcome: "succeeded",
        summary: "the fleet moved: 12 of 12 clusters are connected to the new hub",
      });
      expect(await stage.available("secondary")).toHaveLength(12);
    },
    12 * minute,
  );

  test(
    "W-06 a run whose plan is rejected changes nothing, ends as refused and lets the next one in",
    async () => {
      await handOver(stage.cluster, stage.hubs, true);
      const before = await stage.hubs.seeds.secondary.snapshot(["backupSchedules", "managedClusters"]);

      const run = await stage.startByTkn(gated);
      const digest = /Plan digest (sha256:[0-9a-f]{64})$/.exec(await stage.question(run, "approve"))?.[1];
      await expect(stage.answer(run, "approve", "approve", "mallory")).rejects.toThrow(
        /mallory|not an approver|denied/i,
      );
      await stage.answer(run, "approve", "reject", "anna");

      expect(await stage.ended(run)).toMatchObject({
        status: "False",
        results: { outcome: "refused", summary: "the plan was not approved; nothing was changed" },
      });
      expect(digest).toBeDefined();
      expect(await stage.hubs.seeds.secondary.snapshot(["backupSchedules", "managedClusters"])).toEqual(before);
    },
    5 * minute,
  );

  test(
    "A-80, W-06 the way back, started by tkn, approved at both gates, and started again by POST, completes although its step, then its pod is killed and the API server is away for ten seconds",
    async () => {
      await handOver(stage.cluster, stage.hubs, true);
      const first = await stage.startByTkn(gated);
      for (const gate of ["approve", "approve-activation"]) await approveAt(gate, first);
      await killStep((await stage.taskRunning(first, "finalize")).uid);
      expect(await stage.ended(first)).toMatchObject({ status: "False", results: { outcome: "failed" } });

      await stage.tuneTemplate(JSON.stringify({ ...JSON.parse(e2eTuning), collisionCheckAfter: 45 }));
      const { requestId, body } = stage.request("switchover", {
        method: "passive",
        oldHubAction: "secondary",
        dryRun: "false",
        confirmNewHub: stage.hubs.ids.primary,
      });
      await stage.post(body);
      const second = `switchover-${requestId}`;
      const { name: pod } = await stage.taskRunning(second, "finalize");
      // It watches, and nothing else: a wait outlives an outage that a single call does not.
      await stage.logged(pod, "the first collision check is still to come");
      await stage.hubs.primary.kill("kube-apiserver");
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      await stage.hubs.primary.start("kube-apiserver");
      // Tekton makes another pod, which goes on.
      await stage.kubectl("delete", "pod", pod, "--grace-period=0", "--force");

      expect(await stage.succeeded(second, 420)).toMatchObject({ outcome: "succeeded" });
      expect(await stage.available("primary")).toHaveLength(12);
    },
    12 * minute,
  );

  test(
    "the plain command moves the fleet once more without Tekton, and leaves its report beside its state",
    async () => {
      const ran = await stage.runByCommand(e2eTuning);

      expect({ exitCode: ran.exitCode, tail: ran.tail }).toMatchObject({
        exitCode: 0,
        tail: expect.stringContaining("the fleet moved: 12 of 12 clusters are connected to the new hub"),
      });
      expect(await stage.available("secondary")).toHaveLength(12);
      expect(ran.reports).toEqual(expect.arrayContaining(["report.html", "report.json", "report.md"]));
    },
    10 * minute,
  );

  // W-16. The Secrets are those of the way back: the fleet is on the hub that they call the old one.
  test(
    "a drill moves the fleet to the other hub and back again, each way a run and an operation of its own",
    async () => {
      await stage.startDrill("drill-1", { there: stage.hubs.ids.primary, back: stage.hubs.ids.secondary });

      expect(await stage.succeeded("drill-1-there", 420)).toMatchObject({ outcome: "succeeded" });
      expect(await stage.succeeded("drill-1-back", 420)).toMatchObject({ outcome: "succeeded" });
      await stage.kubectl("wait", "--for=condition=Complete", "job/drill-1", "--timeout=60s");
      expect(await stage.available("secondary")).toHaveLength(12);
    },
    15 * minute,
  );

  test(
    "a drill whose way there is refused does not start the way back",
    async () => {
      await stage.startDrill("drill-2", { there: "another-hub", back: stage.hubs.ids.secondary });

      await stage.kubectl("wait", "--for=condition=Failed", "job/drill-2", "--timeout=180s");

      expect((await stage.runNames()).filter((name) => name.startsWith("drill-2"))).toEqual(["drill-2-there"]);
      expect(await stage.available("secondary")).toHaveLength(12);
    },
    5 * minute,
  );

  let lost: readonly string[];

  test(
    "A-73 once the hub that the fleet is on is lost, the sample run of primary-unreachable takes the fleet over without it",
    async () => {
      lost = await stage.hubs.secondary.lose();
      const { primary: newHub } = stage.hubs.ids;
      const params = { "confirm-new-hub": newHub, "acknowledge-primary-down": newHub, tuning: e2eTuning };

      const run = await stage.startSample("switchover", params, "run-primary-unreachable.yaml");

      expect(await stage.succeeded(run, 420)).toMatchObject({ outcome: "succeeded" });
      expect(await stage.available("primary")).toHaveLength(12);
    },
    10 * minute,
  );

  // The last one: the hub stays without ACM.
  test(
    "A-69, W-06 the lost hub, once it is back and has missed its clusters, is removed by the sample run of decommission, approved at its gate",
    async () => {
      await stage.hubs.secondary.comeBack(lost);
      await eventually(async () => expect(await stage.available("secondary")).toEqual([]), 2 * minute);
      const { secondary: oldHub } = stage.hubs.ids;
      const params = { "dry-run": "false", "confirm-decommission": oldHub, approval: "gate", approvers: ["anna"] };

      const run = await stage.startSample("decommission", params);
      await approveAt("approve", run);

      await stage.succeeded(run, 420);
      expect(await stage.hubs.seeds.secondary.list("multiClusterHubs")).toEqual([]);
      expect(await stage.hubs.seeds.secondary.list("backupSchedules")).toEqual([]);
      expect(await stage.available("primary")).toHaveLength(12);
    },
    10 * minute,
  );
});
