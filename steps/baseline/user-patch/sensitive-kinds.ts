/** Kinds that rule nodes, rights and admission: who may annotate such an object must not be able to change it by that. */
const sensitiveKinds: ReadonlySet<string> = new Set([
  "MachineConfig",
  "KubeletConfig",
  "ClusterRole",
  "ClusterRoleBinding",
  "Role",
  "RoleBinding",
  "ServiceAccount",
  "PodSecurityPolicy",
  "SecurityContextConstraints",
  "ValidatingWebhookConfiguration",
  "MutatingWebhookConfiguration",
]);

/** Pure. */
export function isSensitive(kind: string): boolean {
  return sensitiveKinds.has(kind);
}
