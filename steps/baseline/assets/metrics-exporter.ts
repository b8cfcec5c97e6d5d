import { type JsonObject, member, valueAt } from "../../lib/json/json.ts";
import type { RenderContext, Rendered } from "../template/render-asset.ts";
import { failed, hcoAnnotation, readObject } from "./render-input.ts";

const exporter = "kubevirt-metrics-exporter";
const environmentAnnotation = "platform.kubevirt.io/kubevirt-metrics-exporter-env";

/** Settings of the exporter that an annotation of the HyperConverged may change, and what they are without it. */
const defaults: Readonly<Record<string, string>> = {
  ENABLE_QMP: "true",
  ENABLE_QGA: "true",
  ENABLE_EBPF: "true",
  ENABLE_EBPF_BLOCK: "true",
  ENABLE_EBPF_NFS: "true",
  ENABLE_EBPF_NFS_KPROBE: "false",
  ENABLE_KVM: "true",
  ENABLE_CGROUP: "true",
  QGA_POLL_INTERVAL: "1m",
  QMP_POLL_INTERVAL: "1m",
  KVM_POLL_INTERVAL: "30s",
  CGROUP_POLL_INTERVAL: "30s",
  EBPF_SCAN_INTERVAL: "30",
  LOG_LEVEL: "info",
};

type Settings = { readonly settings: readonly JsonObject[] } | { readonly fault: string };

/** An empty text stands for the default; names that the exporter does not know are left out. */
function settingsOf(given: JsonObject): Settings {
  const wrong = Object.keys(defaults).find((name) => !["string", "undefined"].includes(typeof member(given, name)));
  if (wrong !== undefined) return { fault: `${environmentAnnotation}: the value of ${wrong} must be a text in quotes` };
  const settings = Object.entries(defaults).map(([name, value]) => ({ name, value: member(given, name) || value }));
  return { settings };
}

function readSettings(text: string): Settings {
  if (text === "") return settingsOf({});
  const read = readObject(text, environmentAnnotation);
  return "fault" in read ? read : settingsOf(read.object);
}

function probe(initialDelaySeconds: number, periodSeconds: number): JsonObject {
  return { httpGet: { path: "/healthz", port: "metrics" }, initialDelaySeconds, periodSeconds };
}

/** It reads the memory and sockets of QEMU processes and loads eBPF programs; it changes nothing on the node. */
const securityContext: JsonObject = {
  runAsUser: 0,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"], add: ["SYS_PTRACE", "DAC_OVERRIDE", "BPF", "PERFMON", "SYS_RESOURCE"] },
};

function container(image: string, settings: readonly JsonObject[]): JsonObject {
  return {
    name: "exporter",
    image,
    env: [{ name: "NODE_NAME", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } }, ...settings],
    ports: [{ name: "metrics", containerPort: 8080 }],
    livenessProbe: probe(10, 30),
    readinessProbe: probe(5, 10),
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "256Mi" } },
    securityContext,
    volumeMounts: [
      { name: "crio-socket", mountPath: "/run/crio/crio.sock", readOnly: true },
      { name: "sys", mountPath: "/sys", readOnly: true, mountPropagation: "HostToContainer" },
    ],
  };
}

function podSpec(image: string, settings: readonly JsonObject[]): JsonObject {
  return {
    serviceAccountName: exporter,
    hostPID: true,
    nodeSelector: { "node-role.kubernetes.io/worker": "" },
    tolerations: [{ operator: "Exists" }],
    containers: [container(image, settings)],
    volumes: [
      { name: "crio-socket", hostPath: { path: "/run/crio/crio.sock", type: "Socket" } },
      { name: "sys", hostPath: { path: "/sys", type: "Directory" } },
    ],
  };
}

/** The exporter on every worker (KubeVirt metrics exporter: QMP, guest agent, eBPF, KVM and cgroup metrics). Pure. */
export function renderMetricsExporter(context: RenderContext): Rendered {
  const image = valueAt(context.Images, [exporter]);
  if (typeof image !== "string") return { state: "not-applicable" };
  const read = readSettings(hcoAnnotation(context, environmentAnnotation));
  if ("fault" in read) return failed(read.fault);
  const labels = { app: exporter };
  const object = {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: exporter, namespace: exporter, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
      template: { metadata: { labels }, spec: podSpec(image, read.settings) },
    },
  };
  return { state: "rendered", object };
}
