import { describe, expect, test } from "@jest/globals";
import {
  type DetectorProfile,
  detectHardware,
  type HardwareFlag,
  hardwareEvidence,
} from "../../../steps/baseline/context/hardware.ts";
import { relatedImages } from "../../../steps/baseline/context/images.ts";
import type { NamedNode, NodeFacts } from "../../../steps/baseline/context/node.ts";
import { describeTopology } from "../../../steps/baseline/context/topology.ts";

const node = (facts: Partial<NodeFacts>): NodeFacts => ({ labels: {}, annotations: {}, capacity: {}, ...facts });
const feature = (name: string, value = "true"): NodeFacts =>
  node({ labels: { [`feature.node.kubernetes.io/${name}`]: value } });
const offering = (resource: string, quantity = "1"): NodeFacts =>
  node({ capacity: { cpu: "8", [resource]: quantity } });

function found(one: NodeFacts, profile: DetectorProfile): readonly string[] {
  return Object.entries(detectHardware([node({}), one], profile)).flatMap(([flag, is]) => (is ? [flag] : []));
}

describe("hardware that any node has", () => {
  test.each<[string, NodeFacts, readonly HardwareFlag[], readonly HardwareFlag[]]>([
    ["nothing", node({}), [], []],
    ["what every node offers", offering("hugepages-1Gi"), [], []],
    [
      "B-12-67 D12 B15 what KubeVirt offers on every node",
      offering("devices.kubevirt.io/kvm", "1k"),
      [],
      ["pciDevicesPresent"],
    ],
    ["a bridge of KubeVirt", offering("bridge.network.kubevirt.io/br0", "5"), [], ["pciDevicesPresent"]],
    ["what Kubernetes itself offers", offering("attachable-volumes.kubernetes.io/x", "5"), [], ["pciDevicesPresent"]],
    ["a device", offering("intel.com/sriov"), ["pciDevicesPresent"], ["pciDevicesPresent"]],
    ["a device that is gone", offering("intel.com/sriov", "0"), [], ["pciDevicesPresent"]],
    ["B-12-67 a label of a PCI device", feature("pci-10de.present"), ["pciDevicesPresent"], []],
    ["such a label that says no", feature("pci-10de.present", "false"), [], []],
    ["the bare label", feature("pci-present", ""), ["pciDevicesPresent"], ["pciDevicesPresent"]],
    ["NUMA", feature("memory-numa"), ["numaNodesPresent"], []],
    ["multithreading, which is not NUMA", feature("cpu-hardware_multithreading"), [], ["numaNodesPresent"]],
    [
      "a topology policy",
      node({ annotations: { "kubevirt.io/topology-manager-policy": "restricted" } }),
      ["numaNodesPresent"],
      ["numaNodesPresent"],
    ],
    ["an IOMMU", feature("iommu-enabled"), ["vfioCapable"], ["vfioCapable"]],
    ["a USB device", feature("usb-1d6b.present"), ["usbDevicesPresent"], []],
    ["a GPU", offering("nvidia.com/gpu"), ["pciDevicesPresent", "gpuPresent"], ["pciDevicesPresent", "gpuPresent"]],
    ["a GPU that is gone", offering("nvidia.com/gpu", "0"), [], ["pciDevicesPresent", "gpuPresent"]],
    ["a part of a GPU", offering("nvidia.com/mig-1g.5gb"), ["pciDevicesPresent", "gpuPresent"], ["pciDevicesPresent"]],
    ["a newer GPU of Intel", offering("gpu.intel.com/xe"), ["pciDevicesPresent", "gpuPresent"], ["pciDevicesPresent"]],
  ])("%s", (_given, one, accurate, legacy) => {
    expect(found(one, "accurate")).toEqual(accurate);
    expect(found(one, "legacy")).toEqual(legacy);
  });
});

describe("the evidence of a flag", () => {
  const named = (name: string, facts: NodeFacts): NamedNode => ({ name, ...facts });

  test("names each node that gives a signal, with its label, resource or annotation", () => {
    const both = node({
      labels: { "feature.node.kubernetes.io/pci-10de.present": "true", other: "true" },
      capacity: { cpu: "8", "nvidia.com/gpu": "2", "intel.com/sriov": "0" },
    });
    const evidence = hardwareEvidence([named("plain", node({})), named("gpu-0", both)], "accurate");
    expect(evidence.pciDevicesPresent).toEqual({
      nodes: 1,
      examples: [
        {
          node: "gpu-0",
          signals: ["label feature.node.kubernetes.io/pci-10de.present=true", "capacity nvidia.com/gpu=2"],
        },
      ],
    });
    expect(evidence.gpuPresent.examples).toEqual([{ node: "gpu-0", signals: ["capacity nvidia.com/gpu=2"] }]);
    expect(evidence.numaNodesPresent).toEqual({ nodes: 0, examples: [] });
  });

  test("goes by the signals of the profile", () => {
    const kvm = [named("worker-0", offering("devices.kubevirt.io/kvm", "1k"))];
    expect(hardwareEvidence(kvm, "accurate").pciDevicesPresent.nodes).toBe(0);
    expect(hardwareEvidence(kvm, "legacy").pciDevicesPresent.examples).toEqual([
      { node: "worker-0", signals: ["capacity devices.kubevirt.io/kvm=1k"] },
    ]);
  });

  test("counts all nodes of a large cluster, and names ten", () => {
    const many = Array.from({ length: 25 }, (_, index) => named(`worker-${index}`, feature("iommu-enabled")));
    const { nodes, examples } = hardwareEvidence(many, "accurate").vfioCapable;
    expect([nodes, examples.length, examples[0]?.node]).toEqual([25, 10, "worker-0"]);
  });
});

describe("how a cluster is built", () => {
  const role = (...roles: readonly string[]): NodeFacts =>
    node({ labels: Object.fromEntries(roles.map((one) => [`node-role.kubernetes.io/${one}`, ""])) });
  const platform = (type: string, controlPlaneTopology = "HighlyAvailable") => ({
    infrastructure: { status: { controlPlaneTopology, platformStatus: { type } } },
  });

  test.each([
    [
      "three masters and two workers",
      [role("master"), role("control-plane"), role("master"), role("worker"), role("worker")],
      [5, 3, 2, false],
    ],
    ["a compact cluster", [role("master", "worker"), role("control-plane", "worker")], [2, 2, 0, true]],
    ["a compact one with a worker beside it", [role("master", "worker"), role("worker")], [2, 1, 1, false]],
    ["one of whose masters is no worker", [role("master", "worker"), role("master")], [2, 2, 0, false]],
    ["a hosted one", [role("worker")], [1, 0, 1, false]],
    ["one without nodes", [], [0, 0, 0, false]],
  ] as const)("%s", (_given, nodes, expected) => {
    const { totalNodeCount, masterCount, workerCount, isCompact } = describeTopology(nodes, {});
    expect([totalNodeCount, masterCount, workerCount, isCompact]).toEqual(expected);
  });

  test.each(["AWS", "Azure", "GCP", "BareMetal", "VSphere", "OpenStack"])("on %s", (type) => {
    const topology = describeTopology([], platform(type));
    expect(topology).toMatchObject({ cloudProvider: type, [`is${type}`]: true, isHCP: false });
    const flags = Object.entries(topology).filter(([name, value]) => name.startsWith("is") && value === true);
    expect(flags.map(([name]) => name)).toEqual([`is${type}`]);
  });

  test("with an external control plane", () => {
    expect(describeTopology([], platform("None", "External")).isHCP).toBe(true);
  });

  test("B-12-68 with masters that take pods", () => {
    expect(describeTopology([], { scheduler: { spec: { mastersSchedulable: true } } }).hasSchedulableMasters).toBe(
      true,
    );
  });

  test("D13 B16 without the APIs of OpenShift says nothing of them", () => {
    expect(describeTopology([role("worker")], {})).toMatchObject({
      cloudProvider: "",
      isHCP: false,
      hasSchedulableMasters: false,
    });
  });
});

describe("images", () => {
  test("are known by the lower-case rest of their names; an empty one is none", () => {
    expect(
      relatedImages({
        RELATED_IMAGE_KUBEVIRT_METRICS_EXPORTER: "quay.io/a@sha256:1",
        RELATED_IMAGE_EMPTY: "",
        RELATED_IMAGE_: "x",
        PATH: "/bin",
      }),
    ).toEqual({ "kubevirt-metrics-exporter": "quay.io/a@sha256:1" });
  });
});
