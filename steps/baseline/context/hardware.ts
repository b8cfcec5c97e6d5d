import type { NamedNode, NodeFacts } from "./node.ts";

export const hardwareFlags = [
  "pciDevicesPresent",
  "numaNodesPresent",
  "vfioCapable",
  "usbDevicesPresent",
  "gpuPresent",
] as const;

/** What any node of the cluster has. */
export type HardwareFlag = (typeof hardwareFlags)[number];
export type Hardware = Readonly<Record<HardwareFlag, boolean>>;

export const detectorProfiles = ["accurate", "legacy"] as const;

/** `legacy`: the signals of virt-platform-autopilot, for who must select what that operator selected. */
export type DetectorProfile = (typeof detectorProfiles)[number];

/** The signals of one flag that a node gives, as people read them: `label feature.node.kubernetes.io/memory-numa=true`. */
type Detector = (node: NodeFacts) => readonly string[];
type Detectors = Readonly<Record<HardwareFlag, Detector>>;

// Published by node-feature-discovery.
const feature = "feature.node.kubernetes.io";
const topologyManagerPolicy = "kubevirt.io/topology-manager-policy";

/** KubeVirt itself has every node offer these; they are no devices of a machine. */
const virtualDevices: ReadonlySet<string> = new Set(["devices.kubevirt.io", "bridge.network.kubevirt.io"]);
const plainResources: ReadonlySet<string> = new Set([
  "cpu",
  "memory",
  "pods",
  "ephemeral-storage",
  "hugepages-1Gi",
  "hugepages-2Mi",
]);
const knownGpus: ReadonlySet<string> = new Set(["nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915"]);

/** Extended resources are whole numbers; a device plugin that lost its devices leaves a 0 behind. */
function isSome(quantity: string): boolean {
  return /^[+]?0*[1-9]/.test(quantity);
}

const offers =
  (isMeant: (resource: string) => boolean, isCounted: (quantity: string) => boolean): Detector =>
  ({ capacity }) =>
    Object.entries(capacity).flatMap(([resource, quantity]) =>
      isMeant(resource) && isCounted(quantity) ? [`capacity ${resource}=${quantity}`] : [],
    );

function domainOf(resource: string): string {
  return resource.includes("/") ? (resource.split("/")[0] ?? "") : "";
}

function isDevice(resource: string): boolean {
  const domain = domainOf(resource);
  const isKubernetes = domain === "kubernetes.io" || domain.endsWith(".kubernetes.io");
  return domain !== "" && !virtualDevices.has(domain) && !isKubernetes;
}

function isGpu(resource: string): boolean {
  return knownGpus.has(resource) || domainOf(resource) === "gpu.intel.com" || domainOf(resource) === "nvidia.com";
}

const hasLabel =
  (name: string, isMeant: (value: string) => boolean = () => true): Detector =>
  ({ labels }) => {
    const key = `${feature}/${name}`;
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    return value !== undefined && isMeant(value) ? [`label ${key}=${value}`] : [];
  };

const labelIsTrue = (name: string): Detector => hasLabel(name, (value) => value === "true");

/** Labels such as `feature.node.kubernetes.io/pci-10de.present`. */
const hasDeviceLabel =
  (bus: "pci" | "usb"): Detector =>
  ({ labels }) =>
    Object.entries(labels).flatMap(([key, value]) =>
      value === "true" && key.startsWith(`${feature}/${bus}-`) && key.endsWith(".present")
        ? [`label ${key}=${value}`]
        : [],
    );

const hasTopologyPolicy: Detector = ({ annotations }) => {
  const policy = annotations[topologyManagerPolicy] ?? "";
  return policy === "" ? [] : [`annotation ${topologyManagerPolicy}=${policy}`];
};

const any =
  (...all: readonly Detector[]): Detector =>
  (node) =>
    all.flatMap((detector) => detector(node));

const detectors: Readonly<Record<DetectorProfile, Detectors>> = {
  accurate: {
    pciDevicesPresent: any(hasLabel("pci-present"), hasDeviceLabel("pci"), offers(isDevice, isSome)),
    numaNodesPresent: any(labelIsTrue("memory-numa"), hasTopologyPolicy),
    vfioCapable: labelIsTrue("iommu-enabled"),
    usbDevicesPresent: any(hasLabel("usb-present"), hasDeviceLabel("usb")),
    gpuPresent: offers(isGpu, isSome),
  },
  legacy: {
    pciDevicesPresent: any(
      hasLabel("pci-present"),
      offers(
        (resource) => !plainResources.has(resource),
        () => true,
      ),
    ),
    numaNodesPresent: any(hasLabel("cpu-hardware_multithreading"), hasTopologyPolicy),
    vfioCapable: labelIsTrue("iommu-enabled"),
    usbDevicesPresent: hasLabel("usb-present"),
    gpuPresent: offers(
      (resource) => knownGpus.has(resource),
      () => true,
    ),
  },
};

function forEachFlag<T>(value: (flag: HardwareFlag) => T): Readonly<Record<HardwareFlag, T>> {
  return {
    pciDevicesPresent: value("pciDevicesPresent"),
    numaNodesPresent: value("numaNodesPresent"),
    vfioCapable: value("vfioCapable"),
    usbDevicesPresent: value("usbDevicesPresent"),
    gpuPresent: value("gpuPresent"),
  };
}

/** What hardware any of the nodes has, by what they publish. Pure. */
export function detectHardware(nodes: readonly NodeFacts[], profile: DetectorProfile): Hardware {
  return forEachFlag((flag) => nodes.some((node) => detectors[profile][flag](node).length > 0));
}

/** By what a flag is set: how many nodes give a signal of it, and the first of them with theirs. */
export interface FlagEvidence {
  readonly nodes: number;
  readonly examples: readonly { readonly node: string; readonly signals: readonly string[] }[];
}

export type HardwareEvidence = Readonly<Record<HardwareFlag, FlagEvidence>>;

// A cluster has thousands of nodes, most of them alike.
const maxExamples = 10;

/** On what {@link detectHardware} goes, flag by flag, by the same signals. Pure. */
export function hardwareEvidence(nodes: readonly NamedNode[], profile: DetectorProfile): HardwareEvidence {
  return forEachFlag((flag) => {
    const found = nodes
      .map((node) => ({ node: node.name, signals: detectors[profile][flag](node) }))
      .filter(({ signals }) => signals.length > 0);
    return { nodes: found.length, examples: found.slice(0, maxExamples) };
  });
}
