import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { descheduler, storedState, swapConfig } from "../../integration/baseline/support/baseline-bench.ts";
import { deschedulerTarget, liveInterval } from "../../integration/baseline/support/descheduler.ts";
import type { Fault, Match } from "../../support/fault-proxy/types.ts";
import { chosen } from "../lib/kill/sampling.ts";
import { ProxiedBaseline } from "./support/proxied-baseline.ts";
import { lastOf, lastSummary } from "./support/reports.ts";
import { applyOf } from "./support/writes.ts";

const minute = 60_000;
const asset = "descheduler-loadaware";
/** Tokens do not come back while a test runs. */
const flags = ["--throttle-window", "10h"];

const passing: readonly (readonly [name: string, fault: Fault])[] = [
  ["429 with Retry-After", { kind: "answer", status: 429, retryAfter: 1 }],
  ["500", { kind: "answer", status: 500 }],
  ["503", { kind: "answer", status: 503 }],
  ["a connection that breaks before the server acts", { kind: "reset", when: "before" }],
  ["a connection that breaks after the server acted", { kind: "reset", when: "after" }],
  ["an answer that is cut off", { kind: "truncate", keepBytes: 60 }],
  ["a connection that breaks inside the answer", { kind: "cut-body", keepBytes: 60 }],
  ["an answer that comes slowly", { kind: "slow-body", bytes: 4_000, everyMs: 100 }],
];

const correction = applyOf("kubedeschedulers");
const trying: Match = { verb: "patch", resource: "kubedeschedulers", path: /dryRun=All/ };

/** One of each kind of call that a run makes. */
const calls = {
  "CRD read": { verb: "get", resource: "customresourcedefinitions", name: "kubedeschedulers.operator.openshift.io" },
  list: { verb: "list", resource: "nodes" },
  read: { verb: "get", resource: "kubedeschedulers" },
  "dry run": trying,
  apply: correction,
  "namespace read": { verb: "get", resource: "namespaces" },
  "state read": { verb: "get", resource: "configmaps", name: storedState.name },
  "state write": { verb: "update", resource: "configmaps", name: storedState.name },
  "Lease creation": { verb: "create", resource: "leases" },
  "Lease deletion": { verb: "delete", resource: "leases" },
  "Event creation": { verb: "create", resource: "events" },
} as const satisfies Readonly<Record<string, Match>>;

describe("an API that fails", () => {
  let platform: ProxiedBaseline;
  beforeAll(async () => {
    platform = await ProxiedBaseline.open("swap-enable,descheduler-loadaware");
    await platform.run({ flags });
    const { bench } = platform;
    await bench.forgetState();
    await platform.run({ flags });
    await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
    await bench.mergePatch(swapConfig, { metadata: { labels: { "platform.kubevirt.io/managed-by": null } } });
    await platform.keepScene();
  }, 2 * minute);
  afterAll(() => platform?.close());
  beforeEach(() => platform.begin());

  async function counted(): Promise<readonly unknown[]> {
    const { buckets, wars } = await platform.bench.storedState();
    const corrections = wars[deschedulerTarget]?.corrections ?? [];
    return [buckets[deschedulerTarget]?.tokens, corrections.map(({ intendedOn: _intendedOn, ...one }) => one.paths)];
  }

  const once = [9, [["/spec/deschedulingIntervalSeconds"]]];

  async function expectHealed(): Promise<void> {
    platform.proxy.clear();
    expect((await platform.run({ flags })).exitCode).toBe(0);
    expect(await liveInterval(platform.bench)).toBe(60);
  }

  test.each(chosen(passing, 5))(
    "once in each kind of call by %s is asked again, and one correction is counted",
    async (_name, fault) => {
      const { proxy, bench } = platform;
      for (const when of Object.values(calls)) proxy.add({ when, times: 1, fault });
      const before = proxy.requests.length;
      const run = await platform.run({ flags });
      expect({ exitCode: run.exitCode, tail: run.stderr.slice(-900) }).toMatchObject({ exitCode: 0 });
      const struck = proxy.requests.slice(before).filter(({ outcome }) => outcome !== "passed");
      expect(struck).toHaveLength(Object.keys(calls).length);
      expect((await lastSummary(platform)).counts).toMatchObject({ applied: 2, failed: 0 });
      expect(await liveInterval(bench)).toBe(60);
      expect(await counted()).toEqual(once);
      expect(
        await bench.find({ resource: "leases", name: "virt-platform-autopilot-reconcile", namespace: "openshift-cnv" }),
      ).toBeUndefined();
    },
    2 * minute,
  );

  interface Lasting {
    readonly name: string;
    readonly when: Match;
    readonly fault: Fault;
    readonly tries: number;
    /** Tokens and corrections after the run; what may have been carried out counts until it can be seen. */
    readonly counted: readonly unknown[];
  }
  const untouched = [undefined, []];
  const refusedBySchema: Fault = {
    kind: "answer",
    status: 500,
    message: "failed to create typed patch object: .spec.x: field not declared in schema",
  };

  test.each<Lasting>([
    { name: "503 to its dry run", when: trying, fault: { kind: "answer", status: 503 }, tries: 4, counted: untouched },
    { name: "500 to its apply", when: correction, fault: { kind: "answer", status: 500 }, tries: 4, counted: once },
    { name: "429 to its apply", when: correction, fault: { kind: "answer", status: 429 }, tries: 4, counted: [9, []] },
    { name: "403 to its apply", when: correction, fault: { kind: "answer", status: 403 }, tries: 1, counted: [9, []] },
    { name: "422 to its apply", when: correction, fault: { kind: "answer", status: 422 }, tries: 1, counted: [9, []] },
    { name: "the schema's 500 to its apply", when: correction, fault: refusedBySchema, tries: 1, counted: [9, []] },
    {
      name: "broken connections to its apply, of which the first one was carried out",
      when: correction,
      fault: { kind: "reset", when: "after" },
      tries: 4,
      counted: once,
    },
  ])(
    "all the time with $name: only that asset fails, and the next run brings it right",
    async ({ when, fault, tries, counted: after }) => {
      const { proxy } = platform;
      proxy.add({ when, fault });
      const before = proxy.count(when);
      expect((await platform.run({ flags })).exitCode).toBe(3);
      expect(proxy.count(when) - before).toBe(tries);
      expect((await lastOf(platform, asset)).result).toBe("failed");
      expect((await lastOf(platform, "swap-enable")).result).toBe("applied");
      expect(await counted()).toEqual(after);
      await expectHealed();
      expect((await counted()).slice(1)).toEqual(once.slice(1));
    },
    2 * minute,
  );

  test(
    "all the time for the state: nothing is corrected that could not be counted, and the report says so",
    async () => {
      platform.proxy.add({ when: calls["state write"], fault: { kind: "answer", status: 403 } });
      const run = await platform.run({ flags });
      expect(run.exitCode).toBe(1);
      expect(await liveInterval(platform.bench)).toBe(300);
      expect(await lastOf(platform, asset)).toMatchObject({
        result: "failed",
        error: expect.stringContaining("configmaps"),
      });
      expect((await lastOf(platform, "descheduler-dashboard")).result).toBe("unchanged");
      await expectHealed();
    },
    2 * minute,
  );

  test(
    "all the time for Events: the run is told in its report alone, and fails in nothing",
    async () => {
      platform.proxy.add({ when: { resource: "events" }, fault: { kind: "answer", status: 503 } });
      expect((await platform.run({ flags })).exitCode).toBe(0);
      expect(await liveInterval(platform.bench)).toBe(60);
    },
    3 * minute,
  );

  test(
    "when the lock is given back: what was done is done, and the lock ends by itself",
    async () => {
      platform.proxy.add({ when: calls["Lease deletion"], fault: { kind: "answer", status: 403 } });
      const run = await platform.run({ flags });
      expect(run.exitCode).toBe(0);
      expect(run.stderr).toContain("the lock could not be given back");
      expect((await lastSummary(platform)).outcome).toBe("changed");
      expect((await platform.bench.storedState()).lastRun?.outcome).toBe("changed");
    },
    2 * minute,
  );

  test(
    "by 410 in the middle of a list, and of a watch for another run's lock, begins them anew",
    async () => {
      const { proxy, bench } = platform;
      proxy.add({ when: calls.list, times: 1, fault: { kind: "answer", status: 410 } });
      const watching: Match = { verb: "watch", resource: "leases" };
      proxy.add({ when: watching, times: 2, fault: { kind: "error-event", status: 410 } });
      const renewTime = new Date().toISOString().replace("Z", "000Z");
      const name = "virt-platform-autopilot-reconcile";
      await bench.create({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name, namespace: "openshift-cnv" },
        spec: { holderIdentity: "another-run", leaseDurationSeconds: 900, renewTime },
      });
      const seen = proxy.count(watching);
      const run = platform.run({ flags: [...flags, "--lock-wait", "5m"] });
      await proxy.seen(watching, seen + 3);
      await bench.delete({ resource: "leases", name, namespace: "openshift-cnv" });
      expect((await run).exitCode).toBe(0);
      expect(await liveInterval(bench)).toBe(60);
    },
    2 * minute,
  );
});
