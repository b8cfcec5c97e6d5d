import { stringify } from "yaml";
import { dnsService, registryName, registryPort } from "./layout.ts";
import { persistentVolume, storageClass, type Volume } from "./volumes.ts";

function corefile(node: string): string {
  return `.:53 {
  hosts {
    ${node} registry.localhost
    fallthrough
  }
  errors
  ready
  kubernetes cluster.local in-addr.arpa
  cache 5
}
`;
}

const dnsRules = [
  { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
];

/** Name service, the default StorageClass and where the registry is known: what a cluster has before Tekton. YAML. */
export function addons(node: string, volumes: readonly Volume[]): string {
  const dns = { name: "coredns", namespace: "kube-system" };
  const role = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:coredns" };
  const container = {
    name: "coredns",
    image: `${registryName}/platform/coredns:1`,
    args: ["-conf", "/etc/coredns/Corefile"],
    volumeMounts: [{ name: "configuration", mountPath: "/etc/coredns" }],
    readinessProbe: { httpGet: { path: "/ready", port: 8181 }, periodSeconds: 1 },
  };
  const objects = [
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: storageClass, annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "kubernetes.io/no-provisioner",
    },
    ...volumes.map(persistentVolume),
    { apiVersion: "v1", kind: "ServiceAccount", metadata: dns },
    { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name: role.name }, rules: dnsRules },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: role.name },
      roleRef: role,
      subjects: [{ kind: "ServiceAccount", ...dns }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata: dns, data: { Corefile: corefile(node) } },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: dns,
      spec: {
        selector: { matchLabels: { app: "coredns" } },
        template: {
          metadata: { labels: { app: "coredns" } },
          spec: {
            serviceAccountName: "coredns",
            dnsPolicy: "Default",
            containers: [container],
            volumes: [{ name: "configuration", configMap: { name: "coredns" } }],
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system" },
      spec: {
        clusterIP: dnsService,
        selector: { app: "coredns" },
        ports: [
          { name: "dns", port: 53, protocol: "UDP" },
          { name: "dns-tcp", port: 53, protocol: "TCP" },
        ],
      },
    },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "local-registry-hosting", namespace: "kube-public" },
      data: { "localRegistryHosting.v1": stringify({ host: registryName, port: registryPort }) },
    },
  ];
  return objects.map((object) => stringify(object)).join("---\n");
}
