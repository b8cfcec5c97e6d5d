import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { descheduler, storedState } from "../../integration/baseline/support/baseline-bench.ts";
import { installCrd, removeCrds } from "../../integration/baseline/support/crds.ts";
import { liveInterval, userDescheduler } from "../../integration/baseline/support/descheduler.ts";
import { eventually } from "../../support/eventually.ts";
import type { Match } from "../../support/fault-proxy/types.ts";
import { ProxiedBaseline } from "./support/proxied-baseline.ts";
import { lastOf, lastSummary } from "./support/reports.ts";
import { applyOf } from "./support/writes.ts";

const minute = 60_000;
const asset = "descheduler-loadaware";
const crd = "kubedeschedulers.operator.openshift.io";
const correction = applyOf("kubedeschedulers");

describe("while a run works by a CRD that it has read", () => {
  let platform: ProxiedBaseline;
  beforeAll(async () => {
    platform = await ProxiedBaseline.open("swap-enable,descheduler-loadaware");
  }, 2 * minute);
  afterAll(() => platform?.close());

  beforeEach(async () => {
    const { name, namespace = "" } = storedState;
    await platform.bench.server.kubectl(["delete", "configmap", name, "-n", namespace, "--ignore-not-found"]);
    await platform.bench.server.kubectl(["delete", "crd", crd, "--ignore-not-found"]);
    await untilServed(false);
    await installCrd(platform.bench, crd, "kubedeschedulers.operator.openshift.io.4.21.yaml");
    await untilServed(true);
    await platform.run();
    await platform.bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
  }, 2 * minute);

  async function runWhile(when: Match, meanwhile: () => Promise<void>): Promise<number | null> {
    platform.proxy.add({ when, times: 1, meanwhile });
    const { exitCode } = await platform.run();
    platform.proxy.clear();
    return exitCode;
  }

  // What a server serves follows a CRD with a delay.
  async function untilServed(isServed: boolean): Promise<void> {
    const path = "/apis/operator.openshift.io/v1/kubedeschedulers";
    await eventually(async () => {
      const answers = platform.bench.server.kubectl(["get", "--raw", path]);
      if ((await answers.then(Boolean, () => false)) !== isServed) throw new Error(`served is not ${isServed} yet`);
    });
  }

  async function remove(): Promise<void> {
    await removeCrds(platform.bench, crd);
    await untilServed(false);
  }

  async function replaceCrd(file: string): Promise<void> {
    await remove();
    await installCrd(platform.bench, crd, file);
    const wanted = JSON.stringify(userDescheduler({ spec: { evictionLimits: { node: 2 } } }));
    await eventually(async () => {
      const tried = platform.bench.server.kubectl(["apply", "--server-side", "--dry-run=server", "-f", "-"], wanted);
      const said = await tried.catch(String);
      if (!said.includes("field not declared")) throw new Error(`the old schema is still in force: ${said}`);
    });
  }

  test(
    "that is removed: its asset is left out like any whose CRD is missing, and comes back with it",
    async () => {
      expect(await runWhile(correction, remove)).toBe(0);
      expect(await lastOf(platform, asset)).toMatchObject({ result: "not-selected", reason: "crd-missing" });
      expect((await platform.run()).exitCode).toBe(0);
      expect(await lastOf(platform, asset)).toMatchObject({ result: "not-selected", reason: "crd-missing" });
      await installCrd(platform.bench, crd, "kubedeschedulers.operator.openshift.io.4.21.yaml");
      expect((await platform.run()).exitCode).toBe(0);
      expect(await liveInterval(platform.bench)).toBe(60);
    },
    2 * minute,
  );

  test(
    "that another release of the operator replaces: its asset fails by the old schema at most, and is right by the next run",
    async () => {
      const looking: Match = { verb: "get", resource: "kubedeschedulers" };
      const exitCode = await runWhile(looking, () => replaceCrd("kubedeschedulers.operator.openshift.io.4.17.yaml"));
      expect(exitCode).toBe(3);
      expect(await lastOf(platform, asset)).toMatchObject({ error: expect.stringContaining("field not declared") });
      expect((await lastOf(platform, "descheduler-dashboard")).result).toBe("unchanged");
      const applies = platform.proxy.count(correction);
      expect((await platform.run()).exitCode).toBe(0);
      expect(platform.proxy.count(correction)).toBe(applies + 1);
      expect(await liveInterval(platform.bench)).toBe(60);
    },
    2 * minute,
  );

  test(
    "whose version is not served any more: its asset is left out, and comes back when it is served again",
    async () => {
      const { bench } = platform;
      const serve = async (isServed: boolean): Promise<void> => {
        const version = { op: "replace", path: "/spec/versions/0/served", value: isServed };
        await bench.jsonPatch({ resource: "crd", name: crd }, [version]);
        await untilServed(isServed);
      };
      const crdEvents = async (): Promise<readonly string[]> => {
        const { events } = await lastSummary(platform);
        return events
          .filter(({ reason }) => reason.startsWith("CRD"))
          .map(({ reason, target }) => `${reason} ${target}`);
      };
      const other = { name: "v2", served: true, storage: false };
      const found = JSON.parse(await bench.server.kubectl(["get", "crd", crd, "-o", "json"]));
      const versions = [...found.spec.versions, { ...found.spec.versions[0], ...other }];
      await bench.mergePatch({ resource: "crd", name: crd }, { spec: { versions } });
      expect(await runWhile(correction, () => serve(false))).toBe(0);
      expect(await lastOf(platform, asset)).toMatchObject({ result: "not-selected", reason: "crd-missing" });
      expect((await platform.run()).exitCode).toBe(0);
      expect(await lastOf(platform, asset)).toMatchObject({ result: "not-selected", reason: "crd-missing" });
      expect(await crdEvents()).toContain(`CRDMissing ${crd}`);
      await serve(true);
      expect((await platform.run()).exitCode).toBe(0);
      expect(await crdEvents()).toEqual([`CRDDiscovered ${crd}`]);
      expect(await liveInterval(bench)).toBe(60);
    },
    2 * minute,
  );
});
