import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { descheduler, hyperConverged, swapConfig } from "../../integration/baseline/support/baseline-bench.ts";
import { deschedulerTarget, liveInterval, userDescheduler } from "../../integration/baseline/support/descheduler.ts";
import { baselineManager, ownersAt } from "../../integration/baseline/support/field-owners.ts";
import type { Match } from "../../support/fault-proxy/types.ts";
import { ProxiedBaseline } from "./support/proxied-baseline.ts";
import { lastOf, lastSummary } from "./support/reports.ts";
import { applyOf } from "./support/writes.ts";

const minute = 60_000;
const asset = "descheduler-loadaware";
/** Tokens do not come back while a test runs. */
const flags = ["--throttle-window", "10h"];
const namespace = "openshift-kube-descheduler-operator";

const correction = applyOf("kubedeschedulers");
const trying: Match = { verb: "patch", resource: "hyperconvergeds", path: /dryRun=All/ };

describe("while a run corrects an object", () => {
  let platform: ProxiedBaseline;
  beforeAll(async () => {
    platform = await ProxiedBaseline.open("hco-golden-config,swap-enable,descheduler-loadaware");
    await platform.run({ flags });
    const { bench } = platform;
    await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
    await bench.mergePatch(swapConfig, { metadata: { labels: { "platform.kubevirt.io/managed-by": null } } });
    await platform.keepScene();
  }, 2 * minute);
  afterAll(() => platform?.close());
  beforeEach(() => platform.begin());

  async function whenDone(when: Match, meanwhile: () => Promise<void>): Promise<number | null> {
    platform.proxy.add({ when, times: 1, meanwhile });
    return (await platform.run({ flags })).exitCode;
  }

  async function tokens(): Promise<number | undefined> {
    return (await platform.bench.storedState()).buckets[deschedulerTarget]?.tokens;
  }

  async function expectHealed(): Promise<void> {
    expect((await platform.run({ flags })).exitCode).toBe(0);
    expect(await liveInterval(platform.bench)).toBe(60);
    expect((await platform.run({ flags })).exitCode).toBe(0);
    expect((await lastSummary(platform)).counts).toMatchObject({ applied: 0, failed: 0 });
  }

  test(
    "another manager takes its fields by force: they are taken back, for one token",
    async () => {
      const { bench } = platform;
      const exitCode = await whenDone(correction, () => bench.applyAs("bob", userDescheduler({})));
      expect(exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
      const owners = ownersAt(await bench.get(descheduler), ["spec", "deschedulingIntervalSeconds"]);
      expect(owners).toEqual([baselineManager]);
      expect(await tokens()).toBe(8);
      await expectHealed();
    },
    2 * minute,
  );

  test(
    "its user sets it unmanaged: what they set stays, for no token",
    async () => {
      const { bench } = platform;
      const exitCode = await whenDone(correction, async () => {
        await bench.mergePatch(descheduler, {
          metadata: { annotations: { "platform.kubevirt.io/mode": "unmanaged" } },
          spec: { deschedulingIntervalSeconds: 90 },
        });
      });
      expect(exitCode).toBe(0);
      expect((await lastOf(platform, asset)).result).toBe("unmanaged");
      expect(await liveInterval(bench)).toBe(90);
      const { buckets, wars } = await bench.storedState();
      expect([buckets[deschedulerTarget]?.tokens, wars[deschedulerTarget]?.corrections.length]).toEqual([9, 1]);
    },
    2 * minute,
  );

  test(
    "somebody deletes it: it is made again",
    async () => {
      expect(await whenDone(correction, () => platform.bench.delete(descheduler))).toBe(0);
      expect(await lastOf(platform, asset)).toMatchObject({ result: "applied" });
      await expectHealed();
    },
    2 * minute,
  );

  test(
    "others write it each time that it is looked at: it fails, and the next run corrects it",
    async () => {
      const { bench, proxy } = platform;
      let count = 0;
      const write = async (): Promise<void> => {
        count += 1;
        await bench.mergePatch(descheduler, { metadata: { annotations: { count: `${count}` } } });
      };
      proxy.add({ when: correction, meanwhile: write });
      expect((await platform.run({ flags })).exitCode).toBe(3);
      expect(await lastOf(platform, asset)).toMatchObject({
        error: expect.stringContaining("the next run looks again"),
      });
      expect((await lastOf(platform, "swap-enable")).result).toBe("applied");
      expect(count).toBe(3);
      proxy.clear();
      await expectHealed();
    },
    2 * minute,
  );

  test(
    "the HyperConverged takes its consent back: nothing but itself was touched, and the run is off",
    async () => {
      const { bench } = platform;
      const exitCode = await whenDone(trying, () => bench.annotate(hyperConverged, { autopilot: "false" }));
      expect(exitCode).toBe(0);
      expect((await lastSummary(platform)).outcome).toBe("disabled");
      expect(await liveInterval(bench)).toBe(300);
    },
    2 * minute,
  );

  test(
    "the HyperConverged asks for less: what it does not ask for any more is left alone",
    async () => {
      const { bench } = platform;
      await whenDone(trying, () => bench.annotate(hyperConverged, { autopilot: "hco-golden-config,swap-enable" }));
      expect((await lastOf(platform, "swap-enable")).result).toBe("applied");
      expect(await liveInterval(bench)).toBe(300);
    },
    2 * minute,
  );

  test(
    "the HyperConverged is changed after it was read: the run ends by what it read, the next one goes by the change",
    async () => {
      const { bench } = platform;
      const exitCode = await whenDone(correction, async () => {
        await bench.annotate(hyperConverged, { "disabled-resources": "- {kind: KubeDescheduler, name: cluster}" });
      });
      expect(exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
      expect((await platform.run({ flags })).exitCode).toBe(0);
      expect((await lastOf(platform, asset)).result).toBe("excluded");
    },
    2 * minute,
  );

  test(
    "the HyperConverged is deleted: nobody makes a platform again that its user removed",
    async () => {
      const { bench, proxy } = platform;
      const looking: Match = { verb: "get", resource: "hyperconvergeds" };
      // Before and after it took the lock it asks what is wanted.
      proxy.add({ when: looking, times: 2 });
      const exitCode = await whenDone(looking, () => bench.delete(hyperConverged));
      expect(exitCode).toBe(3);
      expect(await bench.find(hyperConverged)).toBeUndefined();
      expect(await liveInterval(bench)).toBe(300);
      expect((await platform.run({ flags })).exitCode).toBe(0);
      expect((await lastSummary(platform)).outcome).toBe("hco-not-found");
    },
    2 * minute,
  );

  describe("that is not there yet", () => {
    beforeEach(() => platform.bench.delete(descheduler));

    async function expectNoToken(): Promise<void> {
      expect(await lastOf(platform, asset)).toMatchObject({ result: "namespace-missing" });
      expect((await lastOf(platform, "swap-enable")).result).toBe("applied");
      expect(await tokens()).toBe(9);
    }

    test(
      "its namespace begins to go: it is left out, without a failure and for no token",
      async () => {
        const { bench } = platform;
        const exitCode = await whenDone(correction, async () => {
          await bench.server.kubectl(["delete", "namespace", namespace, "--wait=false"]);
        });
        expect(exitCode).toBe(0);
        await expectNoToken();
      },
      2 * minute,
    );

    test(
      "its namespace goes: it is left out, without a failure and for no token",
      async () => {
        const { bench } = platform;
        const exitCode = await whenDone(correction, async () => {
          await bench.server.kubectl(["delete", "namespace", namespace, "--wait=false"]);
          const found = JSON.parse(await bench.server.kubectl(["get", "namespace", namespace, "-o", "json"]));
          const bare = JSON.stringify({ ...found, spec: { finalizers: [] } });
          await bench.server.kubectl(["replace", "--raw", `/api/v1/namespaces/${namespace}/finalize`, "-f", "-"], bare);
        });
        expect(exitCode).toBe(0);
        await expectNoToken();
      },
      2 * minute,
    );
  });
});
