import { randomBytes } from "node:crypto";

/** Where Argo CD and its Applications are. */
export const argoCdNamespace = "argocd";

function named(kind: string, name: string, apiVersion = "v1") {
  const labels = { "app.kubernetes.io/part-of": "argocd", "app.kubernetes.io/name": name };
  return { apiVersion, kind, metadata: { name, namespace: argoCdNamespace, labels } };
}

const everything = [{ group: "*", kind: "*" }];

/** What Argo CD's own manifests and its API component put into its namespace. */
export function settingsOf(redisPassword: string): readonly object[] {
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: argoCdNamespace } },
    named("ConfigMap", "argocd-cm"),
    named("ConfigMap", "argocd-rbac-cm"),
    named("ConfigMap", "argocd-cmd-params-cm"),
    { ...named("Secret", "argocd-secret"), stringData: { "server.secretkey": randomBytes(16).toString("hex") } },
    { ...named("Secret", "argocd-redis"), stringData: { auth: redisPassword } },
    {
      // The API component, which does not run here, would make it.
      ...named("AppProject", "default", "argoproj.io/v1alpha1"),
      spec: {
        sourceRepos: ["*"],
        destinations: [{ namespace: "*", server: "*" }],
        clusterResourceWhitelist: everything,
      },
    },
  ];
}
