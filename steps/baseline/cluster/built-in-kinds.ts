import type { Resource } from "../../lib/kube/types.ts";

type Scope = Resource["scope"];

/** Kinds that every cluster serves and that assets, tombstones or look-ups may name (Kubernetes 1.35). */
const kinds: Readonly<Record<string, readonly [plural: string, scope: Scope]>> = {
  "v1 ConfigMap": ["configmaps", "namespaced"],
  "v1 LimitRange": ["limitranges", "namespaced"],
  "v1 Namespace": ["namespaces", "cluster"],
  "v1 Node": ["nodes", "cluster"],
  "v1 PersistentVolumeClaim": ["persistentvolumeclaims", "namespaced"],
  "v1 ResourceQuota": ["resourcequotas", "namespaced"],
  "v1 Secret": ["secrets", "namespaced"],
  "v1 Service": ["services", "namespaced"],
  "v1 ServiceAccount": ["serviceaccounts", "namespaced"],
  "apps/v1 DaemonSet": ["daemonsets", "namespaced"],
  "apps/v1 Deployment": ["deployments", "namespaced"],
  "apps/v1 StatefulSet": ["statefulsets", "namespaced"],
  "apiextensions.k8s.io/v1 CustomResourceDefinition": ["customresourcedefinitions", "cluster"],
  "autoscaling/v2 HorizontalPodAutoscaler": ["horizontalpodautoscalers", "namespaced"],
  "batch/v1 CronJob": ["cronjobs", "namespaced"],
  "batch/v1 Job": ["jobs", "namespaced"],
  "networking.k8s.io/v1 NetworkPolicy": ["networkpolicies", "namespaced"],
  "policy/v1 PodDisruptionBudget": ["poddisruptionbudgets", "namespaced"],
  "rbac.authorization.k8s.io/v1 ClusterRole": ["clusterroles", "cluster"],
  "rbac.authorization.k8s.io/v1 ClusterRoleBinding": ["clusterrolebindings", "cluster"],
  "rbac.authorization.k8s.io/v1 Role": ["roles", "namespaced"],
  "rbac.authorization.k8s.io/v1 RoleBinding": ["rolebindings", "namespaced"],
  "scheduling.k8s.io/v1 PriorityClass": ["priorityclasses", "cluster"],
  "storage.k8s.io/v1 StorageClass": ["storageclasses", "cluster"],
};

/** Where the API serves a kind that needs no CRD; `undefined` for any other. Pure. */
export function builtInKind(apiVersion: string, kind: string): Pick<Resource, "plural" | "scope"> | undefined {
  const known = kinds[`${apiVersion} ${kind}`];
  return known === undefined ? undefined : { plural: known[0], scope: known[1] };
}
