import type { NodeFacts } from "./node.ts";

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

type Detector = (node: NodeFacts) => boolean;
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

function offered({ capacity }: NodeFacts): readonly string[] {
  return Object.entries(capacity).flatMap(([resource, quantity]) => (isSome(quantity) ? [resource] : []));
}

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
  (name: string): Detector =>
  ({ labels }) =>
    Object.hasOwn(labels, `${feature}/${name}`);

const labelIsTrue =
  (name: string): Detector =>
  ({ labels }) =>
    labels[`${feature}/${name}`] === "true";

/** Labels such as `feature.node.kubernetes.io/pci-10de.present`. */
function hasDeviceLabel({ labels }: NodeFacts, bus: "pci" | "usb"): boolean {
  return Object.entries(labels).some(
    ([key, value]) => value === "true" && key.startsWith(`${feature}/${bus}-`) && key.endsWith(".present"),
  );
}

const hasTopologyPolicy: Detector = ({ annotations }) => (annotations[topologyManagerPolicy] ?? "") !== "";

const detectors: Readonly<Record<DetectorProfile, Detectors>> = {
  accurate: {
    pciDevicesPresent: (node) =>
      hasLabel("pci-present")(node) || hasDeviceLabel(node, "pci") || offered(node).some(isDevice),
    numaNodesPresent: (node) => labelIsTrue("memory-numa")(node) || hasTopologyPolicy(node),
    vfioCapable: labelIsTrue("iommu-enabled"),
    usbDevicesPresent: (node) => hasLabel("usb-present")(node) || hasDeviceLabel(node, "usb"),
    gpuPresent: (node) => offered(node).some(isGpu),
  },
  legacy: {
    pciDevicesPresent: (node) =>
      hasLabel("pci-present")(node) || Object.keys(node.capacity).some((resource) => !plainResources.has(resource)),
    numaNodesPresent: (node) => hasLabel("cpu-hardware_multithreading")(node) || hasTopologyPolicy(node),
    vfioCapable: labelIsTrue("iommu-enabled"),
    usbDevicesPresent: hasLabel("usb-present"),
    gpuPresent: ({ capacity }) => Object.keys(capacity).some((resource) => knownGpus.has(resource)),
  },
};

/** What hardware any of the nodes has, by what they publish. Pure. */
export function detectHardware(nodes: readonly NodeFacts[], profile: DetectorProfile): Hardware {
  const any = (flag: HardwareFlag): boolean => nodes.some(detectors[profile][flag]);
  return {
    pciDevicesPresent: any("pciDevicesPresent"),
    numaNodesPresent: any("numaNodesPresent"),
    vfioCapable: any("vfioCapable"),
    usbDevicesPresent: any("usbDevicesPresent"),
    gpuPresent: any("gpuPresent"),
  };
}
