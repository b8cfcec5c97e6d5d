import { afterEach, describe, expect, test } from "@jest/globals";
import {
  isJsonArray,
  isJsonObject,
  type Json,
  type JsonObject,
  member,
  valueAt,
} from "../../../steps/lib/json/json.ts";
import { alertRules, assetOf, BaselineBench, descheduler, eventsIn, type Named } from "./support/baseline-bench.ts";
import { deschedulerAsset, interval, liveInterval, liveValue, userDescheduler } from "./support/descheduler.ts";
import { baselineManager, ownersAt } from "./support/field-owners.ts";

const minute = 60_000;
const rulesAsset = "prometheus-alerts";
const team = "/metadata/labels/example.com~1team";

const serviceAsset = "metrics-service";
const metricsService: Named = {
  resource: "services",
  name: "virt-platform-autopilot-metrics",
  namespace: "openshift-cnv",
};

const serviceWith = (spec: JsonObject): JsonObject => {
  const { name, namespace = "" } = metricsService;
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
};

const liveService = async (field: string): Promise<Json | undefined> =>
  valueAt(await bench.get(metricsService), ["spec", field]);

let bench: BaselineBench;
afterEach(() => bench.close());

async function openAtBaseline(): Promise<BaselineBench> {
  const opened = await BaselineBench.open();
  const { exitCode } = await opened.reconcile();
  expect(exitCode).toBe(0);
  return opened;
}

/** The groups of the live alert rules. */
async function groups(): Promise<readonly JsonObject[]> {
  const found: Json | undefined = valueAt(await bench.get(alertRules), ["spec", "groups"]);
  return isJsonArray(found) ? found.filter(isJsonObject) : [];
}

describe("an ignored field with a slash in its name", () => {
  test(
    "B-12-32 is the label of that name, and it is kept",
    async () => {
      bench = await openAtBaseline();
      await bench.annotate(alertRules, { "ignore-fields": team });
      await bench.mergePatch(alertRules, { metadata: { labels: { "example.com/team": "storage" } } });
      const run = await bench.reconcile();
      expect(assetOf(run, rulesAsset)).toMatchObject({ result: "unchanged", ignored: [team] });
      expect((await bench.get(alertRules)).metadata).toMatchObject({ labels: { "example.com/team": "storage" } });
    },
    2 * minute,
  );

  test(
    "B-12-32 keeps it against a patch that would set it, which it does not without",
    async () => {
      bench = await openAtBaseline();
      const patch = JSON.stringify([{ op: "add", path: team, value: "virtualization" }]);
      await bench.annotate(alertRules, { patch, "ignore-fields": team });
      await bench.mergePatch(alertRules, { metadata: { labels: { "example.com/team": "storage" } } });
      await bench.reconcile();
      const label = ["metadata", "labels", "example.com/team"];
      expect(valueAt(await bench.get(alertRules), label)).toBe("storage");
      await bench.annotate(alertRules, { "ignore-fields": null });
      await bench.reconcile();
      expect(valueAt(await bench.get(alertRules), label)).toBe("virtualization");
    },
    2 * minute,
  );
});

describe("an ignored field in a list", () => {
  test(
    "B-12-33 / D6 is found by its index and kept, and the rest of the list is enforced",
    async () => {
      bench = await openAtBaseline();
      const before = await groups();
      await bench.annotate(alertRules, { "ignore-fields": "/spec/groups/0/interval" });
      await bench.jsonPatch(alertRules, [
        { op: "replace", path: "/spec/groups/0/interval", value: "60s" },
        { op: "replace", path: "/spec/groups/0/rules/0/for", value: "99m" },
        { op: "replace", path: "/spec/groups/1/interval", value: "60s" },
      ]);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(0);
      expect(assetOf(run, rulesAsset)).toMatchObject({ result: "applied", driftPaths: ["/spec/groups"] });
      const [first, ...others] = await groups();
      expect(first).toEqual({ ...before[0], interval: "60s" });
      expect(member(before[0] ?? {}, "interval")).not.toBe("60s");
      expect(others).toEqual(before.slice(1));
      expect(assetOf(await bench.reconcile(), rulesAsset).result).toBe("unchanged");
    },
    2 * minute,
  );
});

describe("an ignored field that another manager applied", () => {
  test(
    "B-12-34 / D7 is handed over to that manager, whose next apply meets no conflict",
    async () => {
      bench = await openAtBaseline();
      const path = ["spec", "deschedulingIntervalSeconds"];
      await bench.annotate(descheduler, { "ignore-fields": interval });
      await bench.applyAs("bob", userDescheduler({}));
      await bench.mergePatch(descheduler, { spec: { mode: "Predictive" } });

      const first = await bench.reconcile();
      expect(assetOf(first, deschedulerAsset)).toMatchObject({ result: "applied", driftPaths: ["/spec/mode"] });
      expect(await liveValue(bench, "spec")).toMatchObject({ mode: "Automatic", deschedulingIntervalSeconds: 300 });
      expect(ownersAt(await bench.get(descheduler), path)).toEqual(["bob"]);
      expect(ownersAt(await bench.get(descheduler), ["spec", "mode"])).toEqual([baselineManager]);

      await bench.applyAs("bob", userDescheduler({ spec: { deschedulingIntervalSeconds: 400 } }), false);
      const second = await bench.reconcile();
      expect(assetOf(second, deschedulerAsset).result).toBe("unchanged");
      expect(await liveInterval(bench)).toBe(400);
      expect(ownersAt(await bench.get(descheduler), path)).toEqual(["bob"]);
    },
    2 * minute,
  );

  test(
    "B-12-34 / D7 is handed over, too, where both had applied the same value and nothing else drifted",
    async () => {
      bench = await openAtBaseline();
      const path = ["spec", "deschedulingIntervalSeconds"];
      await bench.applyAs("bob", userDescheduler({ spec: { deschedulingIntervalSeconds: 60 } }), false);
      expect(ownersAt(await bench.get(descheduler), path)).toEqual(["bob", baselineManager]);
      await bench.annotate(descheduler, { "ignore-fields": interval });

      const first = await bench.reconcile();
      expect(ownersAt(await bench.get(descheduler), path)).toEqual(["bob"]);
      expect(eventsIn(first).filter((event) => event.startsWith("Drift"))).toEqual([]);
      await bench.applyAs("bob", userDescheduler({ spec: { deschedulingIntervalSeconds: 400 } }), false);
      expect(assetOf(await bench.reconcile(), deschedulerAsset).result).toBe("unchanged");
      expect(await liveInterval(bench)).toBe(400);
    },
    2 * minute,
  );
});

describe("an ignored map of which its user sets a part", () => {
  test(
    "D7 stays as it is live, the part that the baseline alone owns as well",
    async () => {
      bench = await openAtBaseline();
      const limits = ["spec", "evictionLimits"];
      const total = await liveValue(bench, ...limits, "total");
      expect(total).toBeDefined();
      await bench.annotate(descheduler, { "ignore-fields": "/spec/evictionLimits" });
      await bench.mergePatch(descheduler, { spec: { evictionLimits: { node: 9 }, mode: "Predictive" } });

      const first = await bench.reconcile();
      expect(assetOf(first, deschedulerAsset)).toMatchObject({ result: "applied", driftPaths: ["/spec/mode"] });
      expect(await liveValue(bench, ...limits)).toEqual({ total, node: 9 });
      const settled = await bench.get(descheduler);
      expect(ownersAt(settled, [...limits, "total"])).toEqual([baselineManager]);
      expect(ownersAt(settled, [...limits, "node"])).not.toContain(baselineManager);

      expect(assetOf(await bench.reconcile(), deschedulerAsset).result).toBe("unchanged");
      expect(await bench.get(descheduler)).toEqual(settled);
    },
    2 * minute,
  );
});

describe("an ignored list of which another manager has an element", () => {
  test(
    "D7 keeps the elements of the baseline beside it, whose other fields stay enforced",
    async () => {
      bench = await openAtBaseline();
      const ours = { name: "metrics", port: 8080, protocol: "TCP", targetPort: "metrics" };
      const theirs = { name: "extra", port: 9090, protocol: "TCP", targetPort: 9090 };
      expect(await liveService("ports")).toEqual([ours]);
      await bench.annotate(metricsService, { "ignore-fields": "/spec/ports" });
      await bench.applyAs("bob", serviceWith({ ports: [theirs] }));
      await bench.mergePatch(metricsService, { spec: { selector: { "app.kubernetes.io/component": "other" } } });

      const first = await bench.reconcile();
      expect(assetOf(first, serviceAsset)).toMatchObject({ result: "applied", ignored: ["/spec/ports"] });
      expect(await liveService("ports")).toEqual([ours, theirs]);
      expect(await liveService("selector")).toMatchObject({ "app.kubernetes.io/component": "metrics-gateway" });
      expect(assetOf(await bench.reconcile(), serviceAsset).result).toBe("unchanged");

      await bench.applyAs("bob", serviceWith({ ports: [{ ...theirs, port: 9091 }] }), false);
      expect(assetOf(await bench.reconcile(), serviceAsset).result).toBe("unchanged");
      expect(await liveService("ports")).toEqual([ours, { ...theirs, port: 9091 }]);
    },
    2 * minute,
  );
});
