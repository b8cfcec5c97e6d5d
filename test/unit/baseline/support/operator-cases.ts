import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parse } from "yaml";
import { describeTopology } from "../../../../steps/baseline/context/topology.ts";
import { answersOf } from "../../../../steps/baseline/lookups/lookup.ts";
import type { RenderContext } from "../../../../steps/baseline/template/render-asset.ts";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";
import { entryOf, hyperConverged } from "./operator-golden.ts";

/** One rendering: an asset in a cluster. */
export interface GoldenCase {
  readonly asset: string;
  readonly of: string;
  readonly context: Partial<RenderContext>;
}

/** A reduced CRD, or one version of it. */
export function crdFixture(name: string): JsonObject {
  return parse(readFileSync(resolve("test/fixtures/baseline/crds", `${name}.yaml`), "utf8")) as JsonObject;
}

const kubeDescheduler = "kubedeschedulers.operator.openshift.io";
export const combinedRecord = "descheduler:node:linear_amplified_ideal_point_positive_distance:k3:avg1m";

/** Which recording rules the descheduler of a cluster brings along. */
export type Rules = "none" | "cpu" | "cpu-and-memory";

function deschedulerRules(rules: Rules): readonly JsonObject[] {
  if (rules === "none") return [];
  const records = ["descheduler:combined_utilization_and_pressure:avg1m", combinedRecord];
  const known = records.slice(0, rules === "cpu" ? 1 : 2).map((record) => ({ record, expr: "vector(1)" }));
  return [{ spec: { groups: [{ name: "recordingRules.rules", rules: known }] } }];
}

/** What a cluster with the descheduler of that release answers to the look-ups of its asset. */
export function deschedulerAnswers(release: "4.17" | "4.19" | "4.21", rules: Rules): JsonObject {
  return answersOf(entryOf("descheduler-loadaware").lookups ?? [], ({ kind }) =>
    kind === "crd-enum" || kind === "crd-has-field"
      ? [crdFixture(`${kubeDescheduler}.${release}`)]
      : deschedulerRules(rules),
  );
}

/** A cluster of so many workers on that platform. */
export function topology(nodes: number, platform: string, controlPlaneTopology = "HighlyAvailable"): JsonObject {
  const node = { labels: { "node-role.kubernetes.io/worker": "" }, annotations: {}, capacity: {} };
  const infrastructure = { status: { controlPlaneTopology, platformStatus: { type: platform } } };
  return {
    ...describeTopology(
      Array.from({ length: nodes }, () => node),
      { infrastructure },
    ),
  };
}

const limits = { parallelMigrationsPerCluster: 8, parallelOutboundMigrationsPerNode: 3 };
const elsewhere = { HCO: hyperConverged({}, {}, "kubevirt-hyperconverged") };
const exporterImage = {
  "kubevirt-metrics-exporter": "quay.example/kubevirt-metrics-exporter@sha256:0000000000000000000000000000000000000000",
};
const adminConfig = `# Kept by the platform team.
prometheusK8s:
  retention: 15d   # two weeks and a day
nodeExporter:
  collectors: {tcpstat: {enabled: true}}
`;

const descheduler = (of: string, context: Partial<RenderContext>): GoldenCase => ({
  asset: "descheduler-loadaware",
  of,
  context,
});

const lokiStack = (of: string, Topology: JsonObject): GoldenCase => ({
  asset: "logging-lokistack",
  of,
  context: { Topology },
});

const inBothNamespaces = (asset: string): readonly GoldenCase[] => [
  { asset, of: "usual-namespace", context: {} },
  { asset, of: "other-namespace", context: elsewhere },
];

/** Every rendering that is kept, by asset and case. */
export const cases: readonly GoldenCase[] = [
  descheduler("release-4.17", { Lookups: deschedulerAnswers("4.17", "cpu") }),
  descheduler("release-4.19", { Lookups: deschedulerAnswers("4.19", "cpu") }),
  descheduler("release-4.21", { Lookups: deschedulerAnswers("4.21", "cpu-and-memory") }),
  descheduler("no-cluster", {}),
  descheduler("limits-of-v1", {
    HCO: hyperConverged({}, { virtualization: { liveMigrationConfig: limits } }),
    Lookups: deschedulerAnswers("4.21", "none"),
  }),
  descheduler("limits-of-v1beta1", {
    HCO: { ...hyperConverged({}, { liveMigrationConfig: limits }), apiVersion: "hco.kubevirt.io/v1beta1" },
    Lookups: deschedulerAnswers("4.21", "none"),
  }),
  ...[
    "descheduler-dashboard",
    "autopilot-dashboard",
    "prometheus-alerts",
    "metrics-service",
    "metrics-servicemonitor",
  ].flatMap(inBothNamespaces),
  { asset: "monitoring-ui-plugin", of: "plain", context: {} },
  {
    asset: "monitoring-ui-plugin",
    of: "incidents",
    context: { HCO: hyperConverged({ "enable-incident-detection": "true" }) },
  },
  { asset: "ksm-cluster-monitoring", of: "nothing-live", context: {} },
  { asset: "ksm-cluster-monitoring", of: "settings-of-others", context: { Lookups: { config: adminConfig } } },
  lokiStack("hosted", topology(40, "AWS", "External")),
  lokiStack("three-nodes-vsphere", topology(3, "VSphere")),
  lokiStack("four-nodes-azure", topology(4, "Azure")),
  lokiStack("ten-nodes-gcp", topology(10, "GCP")),
  lokiStack("eleven-nodes-bare-metal", topology(11, "BareMetal")),
  { asset: "logging-collector", of: "plain", context: {} },
  { asset: "logging-collector", of: "audit", context: { HCO: hyperConverged({ "enable-audit-logging": "true" }) } },
  { asset: "kubevirt-metrics-exporter", of: "plain", context: { Images: exporterImage } },
  {
    asset: "kubevirt-metrics-exporter",
    of: "own-settings",
    context: {
      Images: exporterImage,
      HCO: hyperConverged({
        "kubevirt-metrics-exporter-env": '{"LOG_LEVEL":"debug","QMP_POLL_INTERVAL":"","OTHER":"x"}',
      }),
    },
  },
  { asset: "kubevirt-metrics-exporter-prometheusrule", of: "plain", context: {} },
  { asset: "sbr-detection-config", of: "no-class", context: {} },
  { asset: "sbr-detection-config", of: "found-class", context: { Lookups: { sharedClass: "cephfs" } } },
  {
    asset: "sbr-detection-config",
    of: "class-of-user",
    context: { HCO: hyperConverged({ "sbr-storage-class": "nfs" }), Lookups: { sharedClass: "cephfs" } },
  },
  { asset: "nhc-far", of: "template-there", context: { Lookups: { hasTemplate: true } } },
  {
    asset: "nhc-snr",
    of: "own-namespace",
    context: { Lookups: { inOperators: true, inWorkloadAvailability: true } },
  },
  {
    asset: "nhc-snr",
    of: "beside-fence-agents",
    context: {
      HCO: hyperConverged({ "enable-node-remediation": "true" }),
      Lookups: { inOperators: false, inWorkloadAvailability: true },
    },
  },
  {
    asset: "nhc-snr",
    of: "all-namespaces",
    context: { Lookups: { inOperators: true, inWorkloadAvailability: false } },
  },
  {
    asset: "fence-agents",
    of: "agent-only",
    context: { HCO: hyperConverged({ "fence-agents-config": '{"agent":"fence_ipmilan"}' }) },
  },
  {
    asset: "fence-agents",
    of: "everything",
    context: {
      HCO: hyperConverged({
        "fence-agents-config": JSON.stringify({
          agent: "fence_redfish",
          retrycount: 3,
          retryinterval: "10s",
          timeout: "2m",
          remediationStrategy: "ResourceDeletion",
          sharedSecretName: "bmc",
          sharedparameters: { "--ssl-insecure": "" },
          nodeparameters: { "--ip": { "worker-0": "192.0.2.10", "worker-1": "192.0.2.11" } },
        }),
      }),
    },
  },
];
