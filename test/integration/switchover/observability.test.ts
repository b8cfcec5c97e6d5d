import { afterEach, describe, expect, test } from "@jest/globals";
import type { Tuning } from "../../../steps/switchover/tuning.schema.ts";
import type { SimObject } from "../../sim/kube/sim-client.ts";
import { eventually } from "../../support/eventually.ts";
import {
  compactor,
  installObservability,
  installOnBoth,
  installRoute,
  observabilityNamespace,
  observatoriumApi,
} from "./support/observability.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: stderr.slice(-1500) });
type Hub = "primary" | "secondary";

describe("observability of two hubs that share a bucket", () => {
  let bench: SwitchoverBench;

  afterEach(() => bench.close());

  async function open(tuning: Tuning = {}): Promise<void> {
    bench = await SwitchoverBench.open(
      { clusters: 1, observability: true },
      { ...patientTuning, obsPodReady: 60, obsTerminate: 60, ...tuning },
    );
  }

  /** How many pods each part is to have. */
  async function replicas(hub: Hub): Promise<Readonly<Record<string, unknown>>> {
    const { seeds } = bench.pair;
    const parts = await Promise.all([seeds[hub].list("statefulSets"), seeds[hub].list("deployments")]);
    return Object.fromEntries(parts.flat().map(({ metadata, spec }) => [metadata.name, spec?.["replicas"]]));
  }

  async function podsOf(hub: Hub, workload: string): Promise<readonly SimObject[]> {
    const pods = await bench.pair.seeds[hub].list("pods");
    return pods.filter(
      ({ metadata }) => metadata.namespace === observabilityNamespace && metadata.name.startsWith(`${workload}-`),
    );
  }

  const untilPods = (hub: Hub, workload: string, count: number): Promise<void> =>
    eventually(async () => {
      const pods = await podsOf(hub, workload);
      expect(pods.filter(({ status }) => status?.["phase"] === "Running")).toHaveLength(count);
    });

  test(
    "moves with the fleet: the old hub's compactor stops, the new hub's parts wake, and the way to the metrics is told",
    async () => {
      await open();
      await installOnBoth(bench.pair);
      await installRoute(bench.pair.secondary, "grafana.apps.west.example.com");
      await untilPods("primary", compactor, 1);
      await bench.tasksUntil("post-activate");
      expect(await replicas("primary")).toEqual({ [compactor]: 0, [observatoriumApi]: 2 });
      expect(await podsOf("primary", compactor)).toEqual([]);

      const ran = await bench.task("post-activate");

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await replicas("secondary")).toEqual({ [compactor]: 1, [observatoriumApi]: 2 });
      const api = await podsOf("secondary", observatoriumApi);
      expect(api.map(({ status }) => status?.["phase"])).toEqual(["Running", "Running"]);
      expect(ran.stderr).toContain("dashboards: https://grafana.apps.west.example.com");
      expect(await bench.state()).toMatchObject({
        config: { replicas_before: { [`primary/StatefulSet/${compactor}`]: 1 } },
        completed_steps: expect.arrayContaining(
          [
            "scale_up_observability_components",
            "restart_observatorium_api",
            "verify_observability_pods",
            "verify_metrics_collection",
          ].map((name) => expect.objectContaining({ name })),
        ),
      });
    },
    3 * minute,
  );

  test(
    "moves back with a rollback: what was woken on the new hub stops before the old hub's compactor starts again",
    async () => {
      await open({ clusterWait: 8 });
      await installOnBoth(bench.pair);
      await untilPods("primary", compactor, 1);
      await bench.tasksUntil("post-activate");
      expect(endOf(await bench.task("post-activate"))).toMatchObject({ exitCode: 0 });

      // The imported clusters stay where the new hub took them.
      const back = await bench.rollback(["--rollback-allow-partial", "true"]);

      expect(endOf(back)).toMatchObject({ exitCode: 0 });
      expect(await replicas("secondary")).toEqual({ [compactor]: 0, [observatoriumApi]: 0 });
      expect(await podsOf("secondary", compactor)).toEqual([]);
      expect(await replicas("primary")).toEqual({ [compactor]: 1, [observatoriumApi]: 2 });
    },
    3 * minute,
  );

  test(
    "K-16 an observatorium API that runs already is restarted: none of its pods is one of before",
    async () => {
      await open();
      await installObservability(bench.pair.secondary, { compactor: 1, api: 2 });
      await untilPods("secondary", observatoriumApi, 2);
      const before = (await podsOf("secondary", observatoriumApi)).map(({ metadata }) => metadata.uid);
      await bench.tasksUntil("post-activate");

      expect(endOf(await bench.task("post-activate"))).toMatchObject({ exitCode: 0 });

      const after = (await podsOf("secondary", observatoriumApi)).map(({ metadata }) => metadata.uid);
      expect(after).toHaveLength(2);
      expect(after.filter((uid) => before.includes(uid))).toEqual([]);
    },
    3 * minute,
  );

  test(
    "a run killed while the API restarts goes on waiting and does not restart it again",
    async () => {
      await open();
      await installObservability(bench.pair.secondary, { compactor: 1, api: 1 });
      await untilPods("secondary", observatoriumApi, 1);
      await bench.tasksUntil("post-activate");
      bench.pair.simulators.secondary.inject({ kind: "metrics-held" });
      const child = await bench.startTask("post-activate");
      const end = ended(child);
      await written(child, "new pods are Ready");
      child.kill("SIGKILL");
      await end;
      bench.pair.simulators.secondary.clear("metrics-held");

      expect(endOf(await bench.task("post-activate"))).toMatchObject({ exitCode: 0 });

      const restarts = (await bench.pair.secondary.auditEvents()).filter(
        ({ verb, objectRef, user }) =>
          verb === "patch" &&
          objectRef?.resource === "deployments" &&
          objectRef.subresource === undefined &&
          !user.username.includes("sim"),
      );
      expect(restarts).toHaveLength(1);
    },
    3 * minute,
  );

  test(
    "parts that do not become Ready are warnings",
    async () => {
      await open({ obsPodReady: 2 });
      await installObservability(bench.pair.secondary, { compactor: 0, api: 0 });
      bench.pair.simulators.secondary.inject({ kind: "metrics-held" });
      await bench.tasksUntil("post-activate");

      const ran = await bench.task("post-activate");

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain(`0 of 2 pods of ${observatoriumApi} are Ready`);
      expect(ran.stderr).toContain(`0 of 1 pods of ${compactor} are Ready`);
    },
    3 * minute,
  );

  test(
    "an API that is not there is a warning",
    async () => {
      await open();
      await installObservability(bench.pair.secondary, { compactor: 1, api: 1 });
      await bench.pair.secondary.kubectl(["-n", observabilityNamespace, "delete", "deployment", observatoriumApi]);
      await bench.tasksUntil("post-activate");
      const ran = await bench.task("post-activate");
      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(ran.stderr).toContain(`there is no Deployment ${observatoriumApi} to restart on the new hub`);
    },
    3 * minute,
  );

  test(
    "strict-observability lets pods that do not work end the run with exit 1, and the next run goes on once they do",
    async () => {
      await open();
      await installObservability(bench.pair.secondary, { compactor: 1, api: 1 });
      const labels = { "observability.open-cluster-management.io/name": "observability" };
      await bench.pair.seeds.secondary.pod("broken-1", observabilityNamespace, labels);
      const failed = { phase: "Failed", conditions: [] };
      const status = ["-n", observabilityNamespace, "patch", "pod/broken-1", "--subresource=status", "--type=merge"];
      await bench.pair.secondary.kubectl([...status, "-p", JSON.stringify({ status: failed })]);
      await bench.tasksUntil("post-activate");

      const ran = await bench.task("post-activate", ["--strict-observability", "true"]);

      expect(endOf(ran)).toMatchObject({ exitCode: 1 });
      expect(ran.stderr).toContain("ERROR SW-OBS-02");
      expect(ran.stderr).toContain("broken-1 (phase Failed)");
      await bench.pair.secondary.kubectl(["-n", observabilityNamespace, "delete", "pod", "broken-1"]);
      expect(endOf(await bench.task("post-activate", ["--strict-observability", "true"]))).toMatchObject({
        exitCode: 0,
      });
    },
    3 * minute,
  );

  test(
    "with pause-observatorium-api the old hub takes no metrics in either, and what it had is remembered",
    async () => {
      await open();
      await installOnBoth(bench.pair);
      await untilPods("primary", observatoriumApi, 2);

      const ran = await bench.task("primary-prep", ["--pause-observatorium-api", "true"]);

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      expect(await replicas("primary")).toEqual({ [compactor]: 0, [observatoriumApi]: 0 });
      expect(await podsOf("primary", observatoriumApi)).toEqual([]);
      expect(await bench.state()).toMatchObject({
        config: {
          replicas_before: {
            [`primary/StatefulSet/${compactor}`]: 1,
            [`primary/Deployment/${observatoriumApi}`]: 2,
          },
        },
      });
    },
    3 * minute,
  );

  test(
    "K-34 what the operator of the old hub starts again is stopped again before the activation and at the end, and told",
    async () => {
      await open();
      await installOnBoth(bench.pair);
      await untilPods("primary", compactor, 1);
      const { primary } = bench.pair.simulators;
      const startAgain = async (): Promise<void> => {
        primary.inject({ kind: "metrics-rescaled" });
        await untilPods("primary", compactor, 1);
        primary.clear("metrics-rescaled");
      };
      await bench.tasksUntil("activate");
      await startAgain();

      const activated = await bench.task("activate");

      expect(endOf(activated)).toMatchObject({ exitCode: 0 });
      expect(activated.stderr).toContain("the old hub's metrics run again");
      expect(await replicas("primary")).toEqual({ [compactor]: 0, [observatoriumApi]: 2 });
      expect(endOf(await bench.task("post-activate"))).toMatchObject({ exitCode: 0 });
      await startAgain();

      const finalized = await bench.task("finalize");

      expect(endOf(finalized)).toMatchObject({ exitCode: 0 });
      expect(await replicas("primary")).toEqual({ [compactor]: 0, [observatoriumApi]: 0 });
      expect(await podsOf("primary", observatoriumApi)).toEqual([]);
      expect(finalized.stderr).toContain("that does not last");
    },
    4 * minute,
  );

  test(
    "K-34 with disable-observability-on-secondary the old hub loses its object and its pods, the new hub keeps its own",
    async () => {
      await open();
      await installOnBoth(bench.pair);
      const marked = ["label", "multiclusterobservability", "observability", "argocd.argoproj.io/instance=hub"];
      await bench.pair.primary.kubectl(marked);
      const flag = ["--disable-observability-on-secondary", "true"];
      await bench.tasksUntil("finalize", flag);

      const ran = await bench.task("finalize", flag);

      expect(endOf(ran)).toMatchObject({ exitCode: 0 });
      const { seeds } = bench.pair;
      expect(await seeds.primary.list("multiClusterObservabilities")).toEqual([]);
      expect([...(await podsOf("primary", compactor)), ...(await podsOf("primary", observatoriumApi))]).toEqual([]);
      expect(await seeds.secondary.list("multiClusterObservabilities")).toHaveLength(1);
      expect(ran.stderr).toContain("GitOps may make it again on the old hub");
    },
    4 * minute,
  );

  test(
    "with skip-observability-checks nothing of it is touched on either hub",
    async () => {
      await open();
      await installOnBoth(bench.pair);
      await untilPods("primary", compactor, 1);

      expect(endOf(await bench.run(["--skip-observability-checks", "true"]))).toMatchObject({ exitCode: 0 });

      expect(await replicas("primary")).toEqual({ [compactor]: 1, [observatoriumApi]: 2 });
      expect(await replicas("secondary")).toEqual({ [compactor]: 0, [observatoriumApi]: 0 });
      const steps = JSON.stringify((await bench.state())?.["completed_steps"]);
      expect(steps).not.toMatch(/thanos|observ|metrics/);
    },
    4 * minute,
  );
});
