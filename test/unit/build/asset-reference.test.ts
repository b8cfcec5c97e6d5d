import { beforeAll, describe, expect, test } from "@jest/globals";
import { type AssetReads, assetReads } from "../../../images/build/asset-reads.ts";
import { assetReference } from "../../../images/build/asset-reference.ts";
import { endsOf, type ReadPath, recorded } from "../../../images/build/recorded-reads.ts";
import type { LoadedAssets } from "../../../steps/baseline/catalog/load-assets.ts";
import { loadCheckout } from "../../../steps/baseline/checkout/load-checkout.ts";
import { valueAt } from "../../../steps/lib/json/json.ts";

let loaded: LoadedAssets;
let reads: ReadonlyMap<string, AssetReads>;
beforeAll(async () => {
  loaded = await loadCheckout(".");
  reads = assetReads(loaded);
});

function partOf(asset: string, part: keyof AssetReads["reads"]): readonly string[] {
  return (reads.get(asset)?.reads[part] ?? []).map((path) => path.join("."));
}

describe("an object that is watched", () => {
  test("tells each way by which it was read to its end, of what is there and of what is not", () => {
    const noted: ReadPath[] = [];
    const object = recorded({ spec: { on: true, list: [{ a: 1 }] }, other: {} }, (path) => noted.push(path));
    expect(valueAt(object, ["spec", "on"])).toBe(true);
    expect(valueAt(object, ["spec", "list"])).toEqual([{ a: 1 }]);
    expect(valueAt(object, ["status", "phase"])).toBeUndefined();
    expect(endsOf(noted)).toEqual([["spec", "list"], ["spec", "on"], ["status"]]);
  });
});

describe("what assets read, as it was seen", () => {
  test.each([
    ["Topology", /\bTopology\.(\w+)/g],
    ["Hardware", /\bHardware\.(\w+)/g],
    ["Params", /\bParams\.(\w+)/g],
    ["HCO", /\bHCO \| dig: ["']([\w.]+)["'](?=, (?!nil))/g],
    ["Files", /\bFiles\["([^"]+)"\]/g],
  ] as const)("is all that their templates name of %s", (part, pattern) => {
    const named = loaded.assets.flatMap(({ name, text = "" }) =>
      [...text.matchAll(pattern)].map(([, path = ""]) => ({ name, path })),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ name, path }) => !partOf(name, part).includes(path))).toEqual([]);
  });

  test("are the annotations that their templates look up", () => {
    const lookedUp = /annotations\["(platform\.kubevirt\.io\/[\w-]+)"\]/g;
    const named = loaded.assets.flatMap(({ name, text = "" }) =>
      [...text.matchAll(lookedUp)].map(([, key = ""]) => ({ name, path: `metadata.annotations.${key}` })),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ name, path }) => !partOf(name, "HCO").includes(path))).toEqual([]);
  });

  test("includes what functions of the program read", () => {
    expect(partOf("vfio-assign", "HCO")).toEqual([
      "metadata.annotations.platform.kubevirt.io/vfio-device-ids",
      "spec.permittedHostDevices.pciHostDevices",
      "spec.virtualization.permittedHostDevices.pciHostDevices",
    ]);
    expect(partOf("kubevirt-metrics-exporter", "Images")).toEqual(["kubevirt-metrics-exporter"]);
  });

  test("is nothing where an asset is the same in every cluster", () => {
    const psi = reads.get("psi-enable");
    expect(psi?.identities.map(({ name }) => name)).toEqual(["99-openshift-machineconfig-worker-psi-karg"]);
    expect(Object.values(psi?.reads ?? {}).flat()).toEqual([]);
  });
});

describe("the reference of the assets", () => {
  let page: string;
  beforeAll(() => {
    page = assetReference(loaded);
  });

  function sectionOf(title: string): string {
    const [, rest = ""] = page.split(`\n### ${title}\n`);
    return rest.split("\n## ")[0]?.split("\n### ")[0] ?? "";
  }

  test("has each asset in the list of objects, with a link to a section that is there, and told once", () => {
    const titles = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, title = ""]) => title);
    const anchors = titles.map((title) =>
      title
        .toLowerCase()
        .replace(/[^a-z0-9 -]/g, "")
        .replaceAll(" ", "-"),
    );
    const links = [...page.matchAll(/\[([a-z0-9-]+)\]\(#([^)]+)\)/g)].map(([, asset = "", anchor = ""]) => ({
      asset,
      anchor,
    }));
    expect(new Set(links.map(({ asset }) => asset))).toEqual(new Set([...loaded.assets.map(({ name }) => name)]));
    expect(links.filter(({ anchor }) => !anchors.includes(anchor))).toEqual([]);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  test("says that an object may be patched, except of a kind that rules nodes, rights or admission", () => {
    expect(sectionOf("descheduler-loadaware")).toContain("change it (`patch`");
    expect(sectionOf("swap-enable")).toContain("**a `patch` is refused**: MachineConfig");
    expect(sectionOf("kubevirt-metrics-exporter-clusterrole")).toContain("**a `patch` is refused**: ClusterRole");
  });

  test("says which changes reboot nodes", () => {
    expect(sectionOf("kubelet-cpu-manager")).toContain("drains and reboots");
    expect(sectionOf("prometheus-alerts")).not.toContain("drains and reboots");
  });

  test("tells what must hold, which CRD is missed first, and what the cluster is asked", () => {
    const section = sectionOf("sbr-detection-config");
    expect(section).toContain("`platform.kubevirt.io/enable-node-remediation=true`");
    expect(section).toContain("`storagebasedremediationconfigs.storage-based-remediation.medik8s.io` (its own kind)");
    expect(section).toContain("`sharedClass`: which storage class offers shared file systems");
  });

  test("shows how to look at an object, with the resource and the namespace that it has", () => {
    expect(sectionOf("prometheus-alerts")).toContain(
      "kubectl get prometheusrules.monitoring.coreos.com virt-platform-autopilot-alerts -n openshift-cnv -o yaml",
    );
    expect(sectionOf("metrics-service")).toContain("kubectl get services virt-platform-autopilot-metrics -n");
  });
});
