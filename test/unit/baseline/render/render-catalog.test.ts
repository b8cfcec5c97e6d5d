import { beforeAll, describe, expect, test } from "@jest/globals";
import { readActivation } from "../../../../steps/baseline/catalog/activation.ts";
import type { LoadedAssets } from "../../../../steps/baseline/catalog/load-assets.ts";
import type { ContextDocument } from "../../../../steps/baseline/context/context-document.ts";
import { offlineContext } from "../../../../steps/baseline/render/offline-context.ts";
import { renderCatalog } from "../../../../steps/baseline/report/render-catalog.ts";
import type { RenderRecord } from "../../../../steps/baseline/report/render-record.ts";
import { templateEngine } from "../../../../steps/baseline/template/template-engine.ts";
import { optedIn, shipped } from "../support/shipped.ts";

const none = { images: {}, overrides: { hardware: {}, topology: {} } };
const descheduler = "kubedeschedulers.operator.openshift.io";

let loaded: LoadedAssets;
beforeAll(async () => {
  loaded = await shipped();
});

function recordOf(asset: string, document: ContextDocument): RenderRecord | undefined {
  const asked = { activation: readActivation(document.hco, true), onlyAssets: [] };
  return renderCatalog(loaded, document, asked, templateEngine()).find((record) => record.asset === asset);
}

describe("the catalog rendered without a cluster", () => {
  test("B-12-76 has every asset once, and all CRDs where nobody names them", () => {
    const document = offlineContext(loaded.assets, { hco: optedIn(), ...none });
    const asked = { activation: readActivation(document.hco, true), onlyAssets: [] };
    const records = renderCatalog(loaded, document, asked, templateEngine());
    expect(new Set(records.map(({ asset }) => asset)).size).toBe(loaded.assets.length);
    expect(records.filter(({ reason }) => reason?.test === "crd-missing")).toEqual([]);
    expect(records.filter(({ status }) => status === "ERROR")).toEqual([]);
  });

  test("lacks what needs another CRD than the named ones", () => {
    const crds = new Set(["machineconfigs.machineconfiguration.openshift.io"]);
    const document = offlineContext(loaded.assets, { hco: optedIn(), ...none, crds });
    expect(recordOf("swap-enable", document)?.status).toBe("INCLUDED");
    expect(recordOf("hco-golden-config", document)?.status).toBe("INCLUDED");
    expect(recordOf("descheduler-loadaware", document)).toMatchObject({
      status: "EXCLUDED",
      reason: { test: "crd-missing", details: `${descheduler} is not installed` },
    });
  });

  test("D36 B17 carries the managed label, as a reconciliation applies it", () => {
    const document = offlineContext(loaded.assets, { hco: optedIn(), ...none });
    expect(recordOf("swap-enable", document)?.object?.metadata["labels"]).toMatchObject({
      "platform.kubevirt.io/managed-by": "virt-platform-autopilot",
    });
  });

  test("D17 has the golden config in the version of the HyperConverged", () => {
    const document = offlineContext(loaded.assets, { hco: optedIn({}, "v1beta1"), ...none });
    expect(recordOf("hco-golden-config", document)?.object?.apiVersion).toBe("hco.kubevirt.io/v1beta1");
  });

  test("takes what is forced for true", () => {
    const hco = optedIn({ openshift: "true", "enable-pci-passthrough": "true" });
    const plain = offlineContext(loaded.assets, { hco, ...none });
    const overrides = { hardware: { pciDevicesPresent: true }, topology: {} };
    const forced = offlineContext(loaded.assets, { hco, ...none, overrides });
    expect(recordOf("pci-passthrough", plain)?.status).toBe("EXCLUDED");
    expect(recordOf("pci-passthrough", forced)?.status).toBe("INCLUDED");
  });

  test("leaves out by the rules of the HyperConverged", () => {
    const hco = optedIn({ "disabled-resources": "- {kind: MachineConfig, name: 90-*}" });
    const document = offlineContext(loaded.assets, { hco, ...none });
    expect(recordOf("swap-enable", document)).toMatchObject({ status: "FILTERED", reason: { test: "root-exclusion" } });
  });

  test("has nothing of a platform that does not opt in", () => {
    const document = offlineContext(loaded.assets, { hco: optedIn({ autopilot: "false" }), ...none });
    expect(recordOf("swap-enable", document)?.reason?.test).toBe("not-in-allowlist");
  });
});

describe("the catalog rendered of a saved context", () => {
  const known = (): ContextDocument => offlineContext(loaded.assets, { hco: optedIn(), ...none });

  test("B-12-75 fails the asset whose look-up the cluster refused, and no other", () => {
    const unreadable = { "descheduler-loadaware": "PrometheusRule x cannot be read: forbidden" };
    const document = { ...known(), unreadable };
    expect(recordOf("descheduler-loadaware", document)).toMatchObject({
      status: "ERROR",
      reason: { details: "PrometheusRule x cannot be read: forbidden" },
    });
    expect(recordOf("swap-enable", document)?.status).toBe("INCLUDED");
  });

  test("leaves it to the missing CRD where that comes first", () => {
    const before = known();
    const crds = { ...before.crds, [descheduler]: "missing" } as const;
    const document = { ...before, crds, unreadable: { "descheduler-loadaware": "forbidden" } };
    expect(recordOf("descheduler-loadaware", document)?.reason?.test).toBe("crd-missing");
  });

  test("does not guess whether a CRD is installed that nobody looked for", () => {
    expect(recordOf("descheduler-loadaware", { ...known(), crds: {} })).toMatchObject({
      status: "ERROR",
      reason: {
        details: `whether ${descheduler} is installed cannot be read: nobody looked for it when the context was collected`,
      },
    });
  });

  test("goes by the context where a HyperConverged is given beside it", () => {
    const context = { ...known(), hardware: { ...known().hardware, pciDevicesPresent: true } };
    const hco = optedIn({ openshift: "true", "enable-pci-passthrough": "true" });
    const document = offlineContext(loaded.assets, { hco, context, ...none });
    expect(recordOf("pci-passthrough", document)?.status).toBe("INCLUDED");
  });
});
