import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { judgeCondition } from "../../../steps/baseline/catalog/condition.ts";
import { detectHardware } from "../../../steps/baseline/context/hardware.ts";
import { describeTopology } from "../../../steps/baseline/context/topology.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { type JsonObject, valueAt } from "../../../steps/lib/json/json.ts";
import { deschedulerAnswers, topology } from "./support/operator-cases.ts";
import { entries, entryOf, hyperConverged, objectOf, renderEntry } from "./support/operator-golden.ts";

const spec = (asset: string, context: Parameters<typeof objectOf>[1] = {}): unknown => objectOf(asset, context)["spec"];
const hco = (annotations: Readonly<Record<string, string>>) => ({ HCO: hyperConverged(annotations) });

describe("the descheduler", () => {
  const of = (answers: JsonObject, HCO = hyperConverged()): JsonObject =>
    valueAt(objectOf("descheduler-loadaware", { Lookups: answers, HCO }), ["spec"]) as JsonObject; // its asset has one

  test("B-12-70 of release 4.17 keeps to LongLifecycle, evicts in the background and has no limit per node", () => {
    expect(of(deschedulerAnswers("4.17", "cpu"))).toMatchObject({
      profiles: ["LongLifecycle"],
      profileCustomizations: { devEnableEvictionsInBackground: true },
      evictionLimits: { total: 5 },
    });
    expect(of(deschedulerAnswers("4.17", "cpu-and-memory"))["profileCustomizations"]).toEqual({
      devEnableEvictionsInBackground: true,
    });
  });

  test("B-12-70 D22 B13 of release 4.19 has the profile in development and no limit per node", () => {
    const rendered = of(deschedulerAnswers("4.19", "none"));
    expect(rendered["profiles"]).toEqual(["DevKubeVirtRelieveAndMigrate"]);
    expect(rendered["evictionLimits"]).toEqual({ total: 5 });
    expect(rendered).not.toHaveProperty("profileCustomizations");
  });

  test("B-12-70 D22 of release 4.21 has the final profile and a limit per node", () => {
    const rendered = of(deschedulerAnswers("4.21", "none"));
    expect(rendered["profiles"]).toEqual(["KubeVirtRelieveAndMigrate"]);
    expect(rendered["evictionLimits"]).toEqual({ total: 5, node: 2 });
  });

  test.each([
    ["cpu" as const, "PrometheusCPUCombined"],
    ["cpu-and-memory" as const, "PrometheusCPUMemoryCombinedProfile"],
  ])("goes by the utilization that is recorded: %s", (rules, profile) => {
    expect(of(deschedulerAnswers("4.21", rules))["profileCustomizations"]).toEqual({
      devActualUtilizationProfile: profile,
    });
  });

  test("B-12-71 evicts as many at once as the HyperConverged lets migrate", () => {
    const limits = { liveMigrationConfig: { parallelMigrationsPerCluster: 8, parallelOutboundMigrationsPerNode: 4 } };
    const v1 = hyperConverged({}, { virtualization: limits });
    const v1beta1 = hyperConverged({}, limits);
    expect(of(deschedulerAnswers("4.21", "none"), v1)["evictionLimits"]).toEqual({ total: 8, node: 4 });
    expect(of(deschedulerAnswers("4.21", "none"), v1beta1)["evictionLimits"]).toEqual({ total: 8, node: 4 });
    expect(of(deschedulerAnswers("4.19", "none"), v1)["evictionLimits"]).toEqual({ total: 8 });
  });

  test("B17 is rendered without a cluster as a cluster that answers nothing would have it", () => {
    expect(renderEntry("descheduler-loadaware")).toEqual(
      renderEntry("descheduler-loadaware", {
        Lookups: {
          profiles: [],
          hasNodeLimit: false,
          hasUtilizationProfile: false,
          hasRules: false,
          hasCombinedRule: false,
        },
      }),
    );
    expect(spec("descheduler-loadaware")).toMatchObject({ profiles: ["DevKubeVirtRelieveAndMigrate"] });
  });
});

describe("an asset beside the HyperConverged", () => {
  test.each([
    "autopilot-dashboard",
    "descheduler-dashboard",
    "prometheus-alerts",
    "metrics-service",
    "metrics-servicemonitor",
  ])("D20 B25 %s lies in its namespace, wherever that is", (asset) => {
    const namespaceOf = (HCO: JsonObject): unknown => valueAt(objectOf(asset, { HCO }), ["metadata", "namespace"]);
    expect(namespaceOf(hyperConverged({}, {}, "kubevirt-hyperconverged"))).toBe("kubevirt-hyperconverged");
    expect(namespaceOf({})).toBe("openshift-cnv");
  });
});

describe("the metrics of the baseline", () => {
  test("D21 B9 keep the namespace of the object that they tell of", () => {
    expect(spec("metrics-servicemonitor")).toMatchObject({
      endpoints: [{ port: "metrics", path: "/metrics", interval: "30s", honorLabels: true }],
    });
  });

  test("are found at the Service that the ServiceMonitor selects", () => {
    const selected = valueAt(objectOf("metrics-servicemonitor"), ["spec", "selector", "matchLabels"]);
    expect(valueAt(objectOf("metrics-service"), ["metadata", "labels"])).toEqual(selected);
    expect(spec("metrics-service")).toMatchObject({ ports: [{ name: "metrics" }] });
  });
});

describe("the monitoring plugin of the console", () => {
  test("leaves the settings of the hub to who wrote them", () => {
    expect(spec("monitoring-ui-plugin")).toEqual({ type: "Monitoring", monitoring: { perses: { enabled: true } } });
  });

  test.each([
    ["true", true],
    ["false", false],
    ["yes", false],
  ])("B-12-10 detects incidents where the annotation is true, and %s is %s", (value, detects) => {
    const rendered = objectOf("monitoring-ui-plugin", hco({ "enable-incident-detection": value }));
    expect(valueAt(rendered, ["spec", "monitoring", "incidents", "enabled"])).toBe(detects ? true : undefined);
  });
});

describe("the operator for migrations to the cluster", () => {
  test("B-12-74 takes its three features as texts", () => {
    expect(spec("mtv-operator")).toEqual({
      feature_ui_plugin: "true",
      feature_validation: "true",
      feature_volume_populator: "true",
    });
  });
});

describe("the log store", () => {
  test.each([
    ["a hosted control plane", topology(40, "AWS", "External"), "1x.extra-small"],
    ["no node that is known", topology(0, "AWS"), "1x.pico"],
    ["three nodes", topology(3, "AWS"), "1x.pico"],
    ["four nodes", topology(4, "AWS"), "1x.extra-small"],
    ["ten nodes", topology(10, "AWS"), "1x.extra-small"],
    ["eleven nodes", topology(11, "AWS"), "1x.medium"],
  ])("for %s has its size", (_cluster, Topology, size) => {
    expect(spec("logging-lokistack", { Topology })).toMatchObject({ size });
  });

  test.each([
    ["AWS", "gp3-csi", "s3"],
    ["Azure", "managed-csi", "azure"],
    ["GCP", "standard-csi", "gcs"],
    ["BareMetal", "lvms-vg1", "s3"],
    ["VSphere", "thin-csi", "s3"],
    ["OpenStack", undefined, "s3"],
  ])("on %s has the storage of the platform", (platform, storageClass, type) => {
    const rendered = objectOf("logging-lokistack", { Topology: topology(5, platform) });
    expect(valueAt(rendered, ["spec", "storageClassName"])).toBe(storageClass);
    expect(valueAt(rendered, ["spec", "storage", "secret"])).toEqual({ name: "logging-loki-storage", type });
  });
});

describe("the collector of logs", () => {
  const pipelines = (HCO: JsonObject): string =>
    JSON.stringify(valueAt(objectOf("logging-collector", { HCO }), ["spec", "pipelines"]));

  test("sends audit logs only where they are asked for", () => {
    expect(pipelines(hyperConverged())).not.toContain("audit");
    expect(pipelines(hyperConverged({ "enable-audit-logging": "true" }))).toContain('"inputRefs":["audit"]');
  });

  test.each(["plain", "audit"])("names in its pipelines just what it declares: %s", (which) => {
    const HCO = which === "audit" ? hyperConverged({ "enable-audit-logging": "true" }) : hyperConverged();
    const rendered = objectOf("logging-collector", { HCO });
    const namesOf = (list: string): unknown =>
      (valueAt(rendered, ["spec", list]) as readonly { readonly name: string }[]).map(({ name }) => name); // CRD requires names
    const used = [...pipelines(HCO).matchAll(/"filterRefs":\[([^\]]*)\]/g)].flatMap(([, refs = ""]) =>
      JSON.parse(`[${refs}]`),
    );
    expect([...new Set(used)].toSorted()).toEqual((namesOf("filters") as string[]).toSorted());
    expect(namesOf("outputs")).toEqual(["default-lokistack"]);
  });
});

describe("the remediation of nodes", () => {
  test.each([
    ["the class of the user before the one that was found", { "sbr-storage-class": "nfs" }, "cephfs", "nfs"],
    ["the class that was found", {}, "cephfs", "cephfs"],
    ["no class where none shares a file system", {}, "", undefined],
    ["the class that was found where the annotation is empty", { "sbr-storage-class": "" }, "cephfs", "cephfs"],
  ])("watches storage of %s", (_given, annotations, sharedClass, expected) => {
    const rendered = objectOf("sbr-detection-config", { ...hco(annotations), Lookups: { sharedClass } });
    expect(valueAt(rendered, ["spec", "sharedStorageClass"])).toBe(expected);
    expect(valueAt(rendered, ["spec", "detectOnlyMode"])).toBe("Enabled");
  });

  test("B14 does not begin before there is a template to fence by", () => {
    expect(renderEntry("nhc-far")).toEqual({ state: "not-applicable" });
    expect(spec("nhc-far", { Lookups: { hasTemplate: true } })).toMatchObject({ minHealthy: "51%" });
  });

  test.each([
    ["openshift-workload-availability", { inWorkloadAvailability: true, inOperators: true }],
    ["openshift-operators", { inWorkloadAvailability: false, inOperators: true }],
  ])("lets nodes reboot themselves by the template in %s", (namespace, Lookups) => {
    const template = valueAt(objectOf("nhc-snr", { Lookups }), ["spec", "remediationTemplate"]);
    expect(template).toMatchObject({ kind: "SelfNodeRemediationTemplate", namespace });
  });

  test("B14 lets no node reboot itself before there is a template to do it by", () => {
    const Lookups = { inWorkloadAvailability: false, inOperators: false };
    expect(renderEntry("nhc-snr", { Lookups })).toEqual({ state: "not-applicable" });
  });

  test("lets no node reboot itself while another health check has it fenced", () => {
    const Lookups = { inWorkloadAvailability: true, inOperators: false };
    const alone = objectOf("nhc-snr", { ...hco({ "enable-snr-remediation": "true" }), Lookups });
    expect(valueAt(alone, ["spec", "pauseRequests"])).toBeUndefined();
    const both = hco({ "enable-snr-remediation": "true", "enable-node-remediation": "true" });
    const paused = objectOf("nhc-snr", { ...both, Lookups });
    expect(valueAt(paused, ["spec", "pauseRequests"])).toEqual(["platform.kubevirt.io/enable-node-remediation=true"]);
  });
});

describe("the assets of the metrics exporter", () => {
  const exporter = entries.filter(({ group }) => group === "kubevirt-metrics-exporter");
  const isWanted = (images: Readonly<Record<string, string>>): number =>
    exporter.filter(({ conditions = [] }) =>
      conditions.every(
        (condition) =>
          judgeCondition(condition, {
            hco: hyperConverged({ "enable-kubevirt-metrics-exporter": "true" }) as ManagedObject, // it has all of one
            hardware: detectHardware([], "accurate"),
            topology: describeTopology([], {}),
            images,
          }).state === "holds",
      ),
    ).length;

  test("B-12-73 are none without its image, and twelve with it", () => {
    expect(isWanted({})).toBe(0);
    expect(isWanted({ "kubevirt-metrics-exporter": "quay.example/exporter:1" })).toBe(12);
  });
});

describe("the tombstones", () => {
  test.each([
    ["uiplugin-kubevirt-plugin", "UIPlugin", "kubevirt-plugin"],
    ["nodehealthcheck-virt-node-health-check", "NodeHealthCheck", "virt-node-health-check"],
  ])("B25 %s is of no namespace, and carries the label that lets it be deleted", (file, kind, name) => {
    const text = readFileSync(`assets/baseline/tombstones/${file}.yaml`, "utf8");
    expect(text).toContain(
      `kind: ${kind}\nmetadata:\n  name: ${name}\n  labels:\n    platform.kubevirt.io/managed-by: virt-platform-autopilot\n`,
    );
    expect(text).not.toContain("namespace");
  });

  test("name no object that an asset renders", () => {
    const names = entries.filter(({ component }) => component === "NodeHealthCheck" || component === "UIPlugin");
    const rendered = names.map(({ name }) => objectOf(name, { Lookups: { hasTemplate: true, inOperators: true } }));
    const found = rendered.map((object) => valueAt(object, ["metadata", "name"]));
    expect(found).toEqual(expect.arrayContaining(["monitoring", "far", "snr"]));
    expect(found).not.toContain("kubevirt-plugin");
    expect(found).not.toContain("virt-node-health-check");
  });
});

test("a Subscription of an operator is kept, and no command to drain a node", () => {
  expect(entryOf("node-maintenance").component).toBe("Subscription");
  expect(spec("node-maintenance")).toMatchObject({ name: "node-maintenance-operator", source: "redhat-operators" });
});
