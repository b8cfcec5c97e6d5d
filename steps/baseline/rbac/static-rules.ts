import { ownNames } from "../object/own-names.ts";
import type { PolicyRule } from "./policy-rule.ts";

function rule(group: string, resource: string | readonly string[], ...verbs: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources: typeof resource === "string" ? [resource] : resource, verbs };
}

function named(group: string, resource: string, name: string, ...verbs: readonly string[]): PolicyRule {
  return { apiGroups: [group], resources: [resource], resourceNames: [name], verbs };
}

/**
 * What the program itself needs, whatever the assets are, in this order. Nothing is watched but the lock of another run:
 * a list of one name by field selector counts as of that name. What it creates of its own has a name, but a creation
 * cannot be limited to one: its name is not known when it is authorized (Kubernetes 1.35).
 */
export const staticRules: readonly PolicyRule[] = [
  rule("", "nodes", "get", "list"),
  rule("", "events", "create", "patch"),
  rule("events.k8s.io", "events", "create", "get", "patch"),
  rule("coordination.k8s.io", "leases", "create"),
  named("coordination.k8s.io", "leases", ownNames.lease, "delete", "get", "list", "patch", "update", "watch"),
  rule("apiextensions.k8s.io", "customresourcedefinitions", "get", "list"),
  rule("config.openshift.io", ["infrastructures", "schedulers"], "get", "list"),
  rule("machineconfiguration.openshift.io", "machineconfigpools", "list"),
  rule("", "namespaces", "get"),
  rule("cdi.kubevirt.io", "storageprofiles", "list"),
  rule("", "configmaps", "create"),
  named("", "configmaps", ownNames.state, "get", "update"),
];
