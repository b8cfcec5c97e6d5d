import { cp, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { places } from "../../../steps/baseline/checkout/places.ts";
import { BaselineStage, hcoFile, hyperConverged } from "./baseline-stage.ts";

const minute = 60_000;
const descheduler = ["kubedescheduler.operator.openshift.io/cluster", "-n", "openshift-kube-descheduler-operator"];

/** The assets of this project, and a role that they do not make. */
async function commitWrongRole(clone: string): Promise<void> {
  const root = join(import.meta.dirname, "../../..");
  for (const path of [places.assets, places.featureTable])
    await cp(join(root, path), join(clone, path), { recursive: true });
  await mkdir(dirname(join(clone, places.clusterRole)), { recursive: true });
  await writeFile(join(clone, places.clusterRole), "kind: ClusterRole\n");
}

// One stage for all. The tests are in the order of an operator's day: the schedule, a hand on the listener, a change by git.
describe("the baseline on real Tekton and a real git host", () => {
  let stage: BaselineStage;

  beforeAll(async () => {
    stage = await BaselineStage.open();
  }, 10 * minute);

  afterAll(() => stage?.close(), 3 * minute);

  async function interval(): Promise<string> {
    return await stage.cluster.kubectl(["get", ...descheduler, "-o", "jsonpath={.spec.deschedulingIntervalSeconds}"]);
  }

  test(
    "the CronJob's Job brings the platform to its baseline, with the rights of rbac/baseline alone, and shows the run's log",
    async () => {
      await stage.startJob("scheduled-1");
      const results = await stage.succeeded("baseline-reconcile-scheduled-1");

      expect(results).toMatchObject({ outcome: "changed", failed: "0" });
      expect(Number(results["applied"])).toBeGreaterThan(5);
      expect(await interval()).toBe("60");
      await stage.kubectl("wait", "--for=condition=Complete", "job/scheduled-1", "--timeout=60s");
      expect(await stage.kubectl("logs", "job/scheduled-1")).toContain("baseline reconcile: of");
    },
    3 * minute,
  );

  test(
    "a POST of reconcile, sent twice, starts one run, which puts back what drifted",
    async () => {
      const drift = { spec: { deschedulingIntervalSeconds: 7777 } };
      await stage.cluster.kubectl(["patch", ...descheduler, "--type=merge", "-p", JSON.stringify(drift)]);
      const { requestId, body } = stage.request("reconcile", { assets: "descheduler-loadaware", dryRun: false });
      expect(await stage.post(body)).toBe("202");
      await stage.post(body);

      expect(await stage.succeeded(`baseline-reconcile-${requestId}`)).toMatchObject({
        outcome: "changed",
        applied: "1",
      });
      expect(await interval()).toBe("60");
      expect((await stage.runNames()).filter((name) => name.includes(requestId))).toHaveLength(1);
    },
    3 * minute,
  );

  test(
    "a wrong token, an unknown operation, an unknown field and a value that is none start nothing; inspect, render and resume start their runs, and one of an hour ago refuses itself",
    async () => {
      const before = await stage.runNames();
      const refused = [
        { token: "wrong", body: stage.request("reconcile").body },
        { body: stage.request("delete").body },
        { body: stage.request("reconcile", { namespace: "default" }).body },
        { body: stage.request("reconcile", { assets: "../../etc" }).body },
        { body: stage.request("reconcile", { assets: "$(params.namespace)" }).body },
        { body: stage.request("reconcile", { dryRun: "false" }).body },
        { body: stage.request("render", { assets: "swap-enable,prometheus-alerts" }).body },
        { body: stage.request("resume").body },
        { body: stage.request("resume", { resource: "KubeDescheduler/a/b/c" }).body },
        { body: { ...stage.request("inspect").body, requestId: "../x" } },
      ];
      for (const { body, token } of refused) expect(await stage.post(body, token)).toBe("202");
      // Requests that are accepted after them: when their runs are there, those of the others would be too.
      const [inspect, render, resume, old] = [
        stage.request("inspect"),
        stage.request("render", { assets: "descheduler-loadaware" }),
        stage.request("resume", { resource: "all" }),
        stage.request("reconcile"),
      ];
      const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
      for (const body of [inspect.body, render.body, resume.body, { ...old.body, issuedAt: anHourAgo }])
        await stage.post(body);

      expect(await stage.succeeded(`baseline-inspect-${inspect.requestId}`)).toMatchObject({
        outcome: "ok",
        errors: "0",
      });
      expect(await stage.succeeded(`baseline-render-${render.requestId}`)).toMatchObject({
        outcome: "ok",
        included: "1",
      });
      expect(await stage.succeeded(`baseline-resume-${resume.requestId}`)).toMatchObject({
        outcome: "ok",
        resumed: "0",
      });
      const late = `baseline-reconcile-${old.requestId}`;
      expect(await stage.ended(late)).toMatchObject({ status: "False" });
      expect(await stage.tkn("pipelinerun", "logs", late)).toContain("ERROR BASE-REQ-01");
      expect((await stage.runNames()).filter((name) => !before.includes(name))).toHaveLength(4);
    },
    4 * minute,
  );

  test(
    "a signed push and a pull request have the change of the baseline checked, of a private repository, with its own assets where it has some; a push of something else and one with a wrong signature start nothing",
    async () => {
      const started = (await stage.runNames()).length;
      await stage.createRepository("platform");
      await stage.git.createRepository("wrong");
      await stage.createHook("wrong", "another secret");
      await stage.git.push("wrong", hcoFile, stringify(hyperConverged()));
      await stage.git.push("platform", "notes.md", "Not of the baseline.\n");
      const first = await stage.git.push("platform", hcoFile, stringify(hyperConverged()));
      const change = stringify(hyperConverged({ "enable-metallb": "true" }));
      const opened = await stage.git.push("platform", hcoFile, change, "more");
      await stage.git.openPullRequest("platform", "more");
      const synchronized = await stage.git.commit("platform", "more", commitWrongRole);

      const ofPush = await stage.runOf("check", "push", first);
      const ofOpened = await stage.runOf("check", "pull-request", opened);
      const ofSynchronized = await stage.runOf("check", "pull-request", synchronized);
      expect(Number((await stage.succeeded(ofPush))["added"])).toBeGreaterThan(5);
      const changed = { outcome: "changed", added: "1", changed: "0", removed: "0", errors: "0" };
      const { diff = "", ...results } = await stage.succeeded(ofOpened);
      expect(results).toMatchObject(changed);
      expect(diff.split("\n")[0]).toBe("+ MetalLB/metallb-system/metallb");
      expect(await stage.tkn("pipelinerun", "logs", ofOpened)).toContain("+kind: MetalLB");
      // The difference is told, though the role that was committed beside the assets is not theirs.
      expect(await stage.ended(ofSynchronized)).toMatchObject({ status: "False", results: changed });
      expect(await stage.tkn("pipelinerun", "logs", ofSynchronized)).toContain("ERROR BASE-VER-01");
      expect((await stage.runNames()).length - started).toBe(3);
    },
    5 * minute,
  );

  test(
    "a push to the default branch reconciles at once where the installer turned that on",
    async () => {
      await stage.reconcileOnPush();
      await stage.cluster.kubectl(["delete", ...descheduler]);
      await stage.git.push("platform", hcoFile, stringify(hyperConverged({ "enable-mtv": "true" })));

      const started = ["-l", "app.kubernetes.io/component=reconcile,fairlead.io/started-by=push"];
      await stage.kubectl("wait", "--for=create", "pipelinerun", ...started, "--timeout=60s");
      const name = await stage.kubectl("get", "pipelinerun", ...started, "-o", "jsonpath={.items[*].metadata.name}");
      expect(await stage.succeeded(name)).toMatchObject({ outcome: "changed", applied: "1" });
      expect(await interval()).toBe("60");
    },
    3 * minute,
  );

  test(
    "the watcher, installed with its rights alone, corrects an edit within seconds and applies what a new opt-in asks for",
    async () => {
      await stage.installWatcher();
      const seconds = '{"spec": {"deschedulingIntervalSeconds": 7777}}';
      await stage.cluster.kubectl(["patch", ...descheduler, "--type=merge", "-p", seconds]);
      // Nobody else would: the schedule is suspended.
      const corrected = ["--for=jsonpath={.spec.deschedulingIntervalSeconds}=60", "--timeout=60s"];
      await stage.cluster.kubectl(["wait", ...descheduler, ...corrected]);

      await stage.apply(hyperConverged({ "enable-metallb": "true" }));
      const metallb = ["metallb.metallb.io/metallb", "-n", "metallb-system"];
      await stage.cluster.kubectl(["wait", "--for=create", ...metallb, "--timeout=60s"]);
      const log = await stage.kubectl("logs", "deployment/baseline-watcher");
      // The edit may have come while it looked at everything for the first time.
      expect(log).toMatch(
        /changed: [^;]*KubeDescheduler\/openshift-kube-descheduler-operator\/cluster[^;]*; reconciling /,
      );
      expect(log).not.toContain("forbidden");
    },
    3 * minute,
  );
});
