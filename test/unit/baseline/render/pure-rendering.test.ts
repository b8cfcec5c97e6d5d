import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readActivation } from "../../../../steps/baseline/catalog/activation.ts";
import type { LoadedAssets } from "../../../../steps/baseline/catalog/load-assets.ts";
import type { ContextDocument } from "../../../../steps/baseline/context/context-document.ts";
import { detectHardware } from "../../../../steps/baseline/context/hardware.ts";
import type { NodeFacts } from "../../../../steps/baseline/context/node.ts";
import { describeTopology } from "../../../../steps/baseline/context/topology.ts";
import { offlineContext } from "../../../../steps/baseline/render/offline-context.ts";
import { renderCatalog } from "../../../../steps/baseline/report/render-catalog.ts";
import { jsonOutput, yamlOutput } from "../../../../steps/baseline/report/render-output.ts";
import type { RenderRecord } from "../../../../steps/baseline/report/render-record.ts";
import { templateEngine } from "../../../../steps/baseline/template/template-engine.ts";
import { isJsonArray, isJsonObject, type Json } from "../../../../steps/lib/json/json.ts";
import { optedIn, shipped } from "../support/shipped.ts";

const images = { "kubevirt-metrics-exporter": "quay.io/example/exporter:1" };

/** Features of every kind of rendering: templates, functions, look-ups, settings of users. */
const wishes: Readonly<Record<string, string>> = {
  openshift: "true",
  "enable-pci-passthrough": "true",
  "enable-mtv": "true",
  "enable-logging": "true",
  "enable-node-remediation": "true",
  "enable-fence-agents": "true",
  "fence-agents-config": '{"agent":"fence_ipmilan","sharedparameters":{"--lanplus":"","--action":"reboot"}}',
  "enable-ksm-zero-only": "true",
  "enable-kubevirt-metrics-exporter": "true",
  "kubevirt-metrics-exporter-env": '{"LOG_LEVEL":"debug","EXTRA":"1"}',
  "enable-usb-passthrough": "true",
  "enable-vfio-assign": "true",
  "golden-profile": "opinionated",
};
const permittedHostDevices = {
  pciHostDevices: [{ pciDeviceSelector: "10de:1eb8", resourceName: "nvidia.com/t4" }],
  usbHostDevices: [{ resourceName: "kubevirt.io/key", selectors: [{ vendor: "1050", product: "0407" }] }],
};

let loaded: LoadedAssets;
beforeAll(async () => {
  loaded = await shipped();
});

function records(document: ContextDocument): readonly RenderRecord[] {
  const asked = { activation: readActivation(document.hco, true), onlyAssets: [] };
  return renderCatalog(loaded, document, asked, templateEngine());
}

function contextWith(chosen: readonly string[]): ContextDocument {
  const annotations = Object.fromEntries(chosen.map((name) => [name, wishes[name] ?? ""]));
  const hco = { ...optedIn(annotations), spec: { virtualization: { permittedHostDevices } } };
  const hardware = { pciDevicesPresent: true, usbDevicesPresent: true, vfioCapable: true };
  return offlineContext(loaded.assets, { hco, images, overrides: { hardware, topology: {} } });
}

/** The same with the members of every object in another order. */
function reordered<T extends Json>(value: T, random: () => number): T {
  if (isJsonArray(value)) return value.map((one) => reordered(one, random)) as unknown as T; // of the same elements
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, below]) => ({
    at: random(),
    name,
    below: reordered(below, random),
  }));
  const shuffled = entries.toSorted((one, other) => one.at - other.at).map(({ name, below }) => [name, below]);
  return Object.fromEntries(shuffled); // of the same members
}

describe("D1 a rendering", () => {
  const chosen = fc.subarray(Object.keys(wishes), { minLength: 4 });
  const numbers = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));

  test("is made of its inputs alone: the same bytes each time, which change none of them", () => {
    fc.assert(
      fc.property(chosen, (names) => {
        const document = contextWith(names);
        const before = JSON.stringify(document);
        const [one, other] = [records(document), records(document)];
        expect(yamlOutput(other)).toBe(yamlOutput(one));
        expect(jsonOutput(other)).toBe(jsonOutput(one));
        expect(JSON.stringify(document)).toBe(before);
      }),
      { numRuns: 5 },
    );
  });

  test("does not depend on the order in which the API server, or a file, names members", () => {
    fc.assert(
      fc.property(chosen, numbers, (names, stream) => {
        const document = contextWith(names);
        const random = (): number => stream.next().value;
        // The document is JSON: it comes from a file as well.
        const other = reordered(JSON.parse(JSON.stringify(document)), random) as ContextDocument;
        expect(records(other)).toEqual(records(document));
      }),
      { numRuns: 5 },
    );
  });

  test("has no errors in any of these clusters", () => {
    const all = records(contextWith(Object.keys(wishes)));
    expect(all.filter(({ status }) => status === "ERROR")).toEqual([]);
    expect(all.filter(({ status }) => status === "INCLUDED").length).toBeGreaterThan(30);
  });
});

describe("what is detected of nodes", () => {
  const feature = "feature.node.kubernetes.io";
  const some = (names: readonly string[]): fc.Arbitrary<Readonly<Record<string, string>>> =>
    fc.dictionary(fc.constantFrom(...names), fc.constantFrom("true", "false", "0", "1", ""));
  const node: fc.Arbitrary<NodeFacts> = fc.record({
    labels: some([
      ...["pci-present", "pci-10de.present", "memory-numa", "iommu-enabled", "usb-1.present"].map(
        (n) => `${feature}/${n}`,
      ),
      ...["master", "control-plane", "worker"].map((role) => `node-role.kubernetes.io/${role}`),
    ]),
    annotations: some(["kubevirt.io/topology-manager-policy"]),
    capacity: some(["cpu", "nvidia.com/gpu", "devices.kubevirt.io/kvm", "intel.com/sriov"]),
  });
  const shuffledNodes = fc
    .array(node, { maxLength: 6 })
    .chain((nodes) => fc.tuple(fc.constant(nodes), fc.shuffledSubarray(nodes, { minLength: nodes.length })));

  test("does not depend on the order in which they are listed", () => {
    fc.assert(
      fc.property(shuffledNodes, ([nodes, shuffled]) => {
        for (const profile of ["accurate", "legacy"] as const) {
          expect(detectHardware(shuffled, profile)).toEqual(detectHardware(nodes, profile));
        }
        expect(describeTopology(shuffled, {})).toEqual(describeTopology(nodes, {}));
      }),
    );
  });
});
