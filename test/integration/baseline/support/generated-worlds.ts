import fc from "fast-check";
import type { Json, JsonObject } from "../../../../steps/lib/json/json.ts";
import { formatPointer, type JsonPath, parsePointer } from "../../../../steps/lib/json/json-pointer.ts";
import type { Resource } from "../../../../steps/lib/kube/types.ts";

/** An object of the baseline, and what people and controllers do to it that its schema allows. */
export interface Target {
  readonly asset: string;
  readonly resource: Resource;
  readonly name: string;
  readonly namespace?: string;
  /** Pointers of fields with values that they can have, that of the baseline among them. */
  readonly fields: Readonly<Record<string, readonly Json[]>>;
}

/** What somebody else did to an object before a run. */
export type Change =
  /** By the user, with an annotation of the object. */
  | { readonly by: "marker"; readonly marker: "patch" | "ignore-fields" | "mode"; readonly text: string }
  /** By whom sends a merge patch. */
  | { readonly by: "merge"; readonly fields: JsonObject }
  /** By whom takes fields by server-side apply. */
  | { readonly by: "apply"; readonly manager: string; readonly fields: JsonObject }
  | { readonly by: "unlabelling" }
  | { readonly by: "deletion" };

export interface World {
  /** Whether the baseline was there before what happened. */
  readonly isKept: boolean;
  /** Annotations of the HyperConverged, without `platform.kubevirt.io/`. */
  readonly wishes: Readonly<Record<string, string>>;
  readonly changes: Readonly<Record<string, readonly Change[]>>;
}

const common = { "/metadata/labels/team": ["a", "b"], "/metadata/annotations/note": ["mine"] } as const;

export const targets: readonly Target[] = [
  {
    asset: "descheduler-loadaware",
    resource: {
      group: "operator.openshift.io",
      version: "v1",
      plural: "kubedeschedulers",
      kind: "KubeDescheduler",
      scope: "namespaced",
    },
    name: "cluster",
    namespace: "openshift-kube-descheduler-operator",
    fields: {
      ...common,
      "/spec/deschedulingIntervalSeconds": [60, 300],
      "/spec/mode": ["Automatic", "Predictive"],
      "/spec/evictionLimits": [{ total: 5, node: 2 }, { total: 9 }],
      "/spec/evictionLimits/total": [5, 7],
      "/spec/profiles": [["KubeVirtRelieveAndMigrate"], ["LongLifecycle"]],
      "/spec/logLevel": ["Debug"],
    },
  },
  {
    asset: "monitoring-ui-plugin",
    resource: {
      group: "observability.openshift.io",
      version: "v1alpha1",
      plural: "uiplugins",
      kind: "UIPlugin",
      scope: "cluster",
    },
    name: "monitoring",
    fields: {
      ...common,
      "/spec/monitoring": [{ perses: { enabled: true } }, { perses: { enabled: false }, incidents: { enabled: true } }],
      "/spec/monitoring/perses/enabled": [true, false],
      "/spec/monitoring/incidents/enabled": [true, false],
      "/spec/logging/lokiStack/name": ["logs"],
    },
  },
  {
    asset: "metrics-service",
    resource: { group: "", version: "v1", plural: "services", kind: "Service", scope: "namespaced" },
    name: "virt-platform-autopilot-metrics",
    namespace: "openshift-cnv",
    fields: {
      ...common,
      "/metadata/labels/app.kubernetes.io~1component": ["autopilot", "other"],
      "/spec/selector/app.kubernetes.io~1component": ["metrics-gateway", "other"],
      "/spec/publishNotReadyAddresses": [true],
      "/spec/ports": [
        [{ name: "metrics", port: 8080, protocol: "TCP", targetPort: 9000 }],
        [
          { name: "metrics", port: 8080, protocol: "TCP", targetPort: "metrics" },
          { name: "more", port: 8081, protocol: "TCP", targetPort: 8081 },
        ],
      ],
      "/spec/ports/0/targetPort": ["metrics", 9000],
    },
  },
  {
    asset: "prometheus-alerts",
    resource: {
      group: "monitoring.coreos.com",
      version: "v1",
      plural: "prometheusrules",
      kind: "PrometheusRule",
      scope: "namespaced",
    },
    name: "virt-platform-autopilot-alerts",
    namespace: "openshift-cnv",
    fields: {
      ...common,
      "/metadata/labels/example.com~1team": ["a"],
      "/spec/groups/0/interval": ["30s", "60s"],
      "/spec/groups": [[{ name: "more", rules: [{ alert: "A", expr: "1" }] }]],
    },
  },
  {
    asset: "psi-enable",
    resource: {
      group: "machineconfiguration.openshift.io",
      version: "v1",
      plural: "machineconfigs",
      kind: "MachineConfig",
      scope: "cluster",
    },
    name: "99-openshift-machineconfig-worker-psi-karg",
    fields: { ...common, "/spec/kernelArguments": [["psi=1"], ["psi=0"], ["psi=1", "quiet"]] },
  },
  {
    asset: "hco-golden-config",
    resource: {
      group: "hco.kubevirt.io",
      version: "v1",
      plural: "hyperconvergeds",
      kind: "HyperConverged",
      scope: "namespaced",
    },
    name: "kubevirt-hyperconverged",
    namespace: "openshift-cnv",
    fields: {
      ...common,
      "/metadata/annotations/platform.kubevirt.io~1version": ["1.0.0", "0.9.0"],
      "/metadata/annotations/platform.kubevirt.io~1enable-mtv": ["true", "false"],
      "/spec/virtualization": [
        { vmiCPUAllocationRatio: 10 },
        { liveMigrationConfig: { completionTimeoutPerGiB: 150 } },
      ],
      "/spec/virtualization/liveMigrationConfig/parallelMigrationsPerCluster": [5, 8],
      "/spec/virtualization/ksmConfiguration": [{}, { nodeLabelSelector: {} }],
    },
  },
];

/** @throws Error for an asset that is no target */
export function targetOf(asset: string): Target {
  const found = targets.find((one) => one.asset === asset);
  if (found === undefined) throw new Error(`no target is the object of ${asset}`);
  return found;
}

/** The image that the exporter of metrics needs. */
export const relatedImages = "KUBEVIRT_METRICS_EXPORTER=quay.io/example/exporter:1";

const wishes: Readonly<Record<string, readonly string[]>> = {
  autopilot: ["true", "descheduler-loadaware, hco-golden-config, no-such", "true"],
  "enable-mtv": ["true"],
  "enable-incident-detection": ["true"],
  "enable-ksm-zero-only": ["true"],
  "enable-node-remediation": ["true"],
  "enable-fence-agents": ["true"],
  "fence-agents-config": ['{"agent":"fence_ipmilan"}'],
  "enable-kubevirt-metrics-exporter": ["true"],
  "golden-profile": ["opinionated"],
  "disabled-resources": [
    "- {kind: UIPlugin, name: '*'}",
    "- {kind: MachineConfig, name: '9[09]-*'}\n- {kind: KubeDescheduler, name: '?luster', namespace: 'openshift-*'}",
    "- {kind: HyperConverged, name: '*', namespace: '*'}",
    "KubeDescheduler/cluster",
  ],
  "patch.mtv-operator": ['[{"op":"replace","path":"/spec/feature_ui_plugin","value":"false"}]', "[{"],
  "ignore-fields.descheduler-loadaware": ["/spec/mode", "spec"],
};

/** A field with a value, as part of an object; nothing for a place in a list. */
function fragments(path: JsonPath, value: Json): readonly JsonObject[] {
  if (path.some((segment) => /^\d+$/.test(segment))) return [];
  const whole = path.reduceRight<Json>((below, segment) => ({ [segment]: below }), value);
  return [whole as JsonObject]; // a path has at least one segment
}

/** Both, the second where they differ. */
function merged(one: JsonObject, other: JsonObject): JsonObject {
  const isMap = (value: Json | undefined): value is JsonObject =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const entries = Object.entries(other).map(([name, value]) => {
    const known = one[name];
    return [name, isMap(known) && isMap(value) ? merged(known, value) : value] as const;
  });
  return { ...one, ...Object.fromEntries(entries) };
}

function fieldsOf({ fields }: Target): fc.Arbitrary<{ readonly pointer: string; readonly value: Json }> {
  const all = Object.entries(fields).flatMap(([pointer, values]) => values.map((value) => ({ pointer, value })));
  return fc.constantFrom(...all);
}

function someFields(target: Target): fc.Arbitrary<JsonObject> {
  return fc
    .array(fieldsOf(target), { minLength: 1, maxLength: 3 })
    .map((chosen) =>
      chosen
        .flatMap(({ pointer, value }) => fragments(parsePointer(pointer) ?? [], value))
        .reduce<JsonObject>(merged, {}),
    );
}

function patchOf(target: Target): fc.Arbitrary<string> {
  const operation = fc.oneof(
    { weight: 4, arbitrary: fieldsOf(target).map(({ pointer: path, value }) => ({ op: "replace", path, value })) },
    { weight: 4, arbitrary: fieldsOf(target).map(({ pointer: path, value }) => ({ op: "add", path, value })) },
    { weight: 1, arbitrary: fieldsOf(target).map(({ pointer: path }) => ({ op: "remove", path })) },
    { weight: 1, arbitrary: fieldsOf(target).map(({ pointer: path, value }) => ({ op: "test", path, value })) },
    { weight: 1, arbitrary: fc.constant({ op: "add", path: "/metadata/finalizers", value: ["a.b/c"] }) },
  );
  return fc.oneof(
    { weight: 9, arbitrary: fc.array(operation, { minLength: 1, maxLength: 3 }).map((all) => JSON.stringify(all)) },
    { weight: 1, arbitrary: fc.constantFrom("[{", "{}", "") },
  );
}

function ignoredOf({ fields }: Target): fc.Arbitrary<string> {
  const pointers = Object.keys(fields);
  const parents = pointers.map((pointer) => formatPointer((parsePointer(pointer) ?? []).slice(0, -1)));
  const known = [...new Set([...pointers, ...parents.filter((parent) => parent !== "/metadata")])];
  const pointer = fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom("/kind", "spec", "/spec/none/at/all", "/metadata/finalizers") },
  );
  return fc.uniqueArray(pointer, { minLength: 1, maxLength: 3 }).map((all) => all.join(", "));
}

function changesOf(target: Target): fc.Arbitrary<readonly Change[]> {
  const marker = (name: "patch" | "ignore-fields" | "mode", text: fc.Arbitrary<string>): fc.Arbitrary<Change> =>
    text.map((given) => ({ by: "marker", marker: name, text: given }));
  const change = fc.oneof(
    { weight: 3, arbitrary: marker("patch", patchOf(target)) },
    { weight: 3, arbitrary: marker("ignore-fields", ignoredOf(target)) },
    { weight: 1, arbitrary: marker("mode", fc.constantFrom("unmanaged", "Unmanaged")) },
    { weight: 3, arbitrary: someFields(target).map((fields): Change => ({ by: "merge", fields })) },
    {
      weight: 4,
      arbitrary: fc
        .record({ manager: fc.constantFrom("bob", "eve"), fields: someFields(target) })
        .map((given): Change => ({ by: "apply", ...given })),
    },
    { weight: 1, arbitrary: fc.constant<Change>({ by: "unlabelling" }) },
  );
  const last = fc.oneof(
    { weight: 8, arbitrary: fc.constant([]) },
    { weight: target.asset === "hco-golden-config" ? 0 : 1, arbitrary: fc.constant([{ by: "deletion" } as const]) },
  );
  return fc.tuple(fc.array(change, { maxLength: 4 }), last).map(([some, end]) => [...some, ...end]);
}

/** Whatever users wish for, and other writers do, before a run. */
export const worlds: fc.Arbitrary<World> = fc.record({
  isKept: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
  wishes: fc
    .record(Object.fromEntries(Object.entries(wishes).map(([key, texts]) => [key, fc.constantFrom(...texts)])), {
      requiredKeys: [],
    })
    .map((chosen) => chosen as Readonly<Record<string, string>>), // each value is one of the texts
  changes: fc.record(Object.fromEntries(targets.map((target) => [target.asset, changesOf(target)]))),
});
