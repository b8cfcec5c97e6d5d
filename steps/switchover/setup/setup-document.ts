import type { OutputTable } from "../../lib/step/output.ts";
import { count } from "../preflight/name-list.ts";
import type { Manifest } from "../rbac/role-objects.ts";
import { allGranted, type CheckedCluster } from "../rbac-check/access-verdict.ts";
import type { HubEndpoint } from "./account-kubeconfig.ts";
import type { IssuedKubeconfig } from "./issue-kubeconfigs.ts";
import { describeObject, type SetupPlan } from "./plan-setup.ts";

export interface SetupOutcome {
  readonly hub: Pick<HubEndpoint, "server" | "context">;
  readonly plan: SetupPlan;
  readonly kubeconfigs: readonly IssuedKubeconfig[];
  /** One for each kubeconfig. */
  readonly checks: readonly CheckedCluster[];
  readonly warnings: readonly string[];
}

/** A setup for programs: no token is in it. Field names are a contract. */
export interface SetupDocument {
  readonly schemaVersion: "1.0";
  readonly passed: boolean;
  readonly summary: string;
  readonly hub: SetupOutcome["hub"];
  readonly applied: readonly string[];
  readonly skipped: readonly string[];
  readonly kubeconfigs: readonly IssuedKubeconfig[];
  readonly checks: readonly CheckedCluster[];
  readonly warnings: readonly string[];
}

/** Pure. */
export function setupDocument({ hub, plan, kubeconfigs, checks, warnings }: SetupOutcome): SetupDocument {
  return {
    schemaVersion: "1.0",
    passed: allGranted(checks),
    summary: [
      `${count(plan.objects.length, "object")} applied on ${hub.server}`,
      `${count(kubeconfigs.length, "kubeconfig")} written`,
      ...(allGranted(checks) ? [] : ["permissions are missing"]),
      count(warnings.length, "warning"),
    ].join(", "),
    hub: { server: hub.server, context: hub.context },
    applied: plan.objects.map(describeObject),
    skipped: plan.skipped.map(describeObject),
    kubeconfigs,
    checks,
    warnings,
  };
}

export function setupTable(document: SetupDocument): OutputTable {
  return {
    columns: ["result", "what"],
    rows: [
      ...document.applied.map((what) => ["applied", what]),
      ...document.skipped.map((what) => ["skipped", `${what}: the namespace does not exist`]),
      ...document.kubeconfigs.map(({ file, expiresAt }) => ["written", `${file}, valid until ${expiresAt}`]),
      ...document.checks.map(({ cluster, status, granted, asked }) => [
        status === "granted" ? "ok" : "FAILED",
        `${cluster}: ${granted} of ${asked} permissions granted`,
      ]),
    ],
  };
}

/** One list that `kubectl apply -f -` takes, too. */
export function manifestList(objects: readonly Manifest[]): object {
  // Roles share parts of their rules, which YAML would show as anchors.
  return { apiVersion: "v1", kind: "List", items: objects.map((object) => structuredClone(object)) };
}

/** Warnings of a plan: which roles wait for which namespace. Pure. */
export function planWarnings({ skipped }: SetupPlan): readonly string[] {
  const namespaces = new Set(skipped.map(({ metadata }) => metadata.namespace ?? ""));
  return [...namespaces].map(
    (namespace) => `namespace ${namespace} does not exist: its roles are left out; set up again once it does`,
  );
}
