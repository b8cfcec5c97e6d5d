import { describe, expect, test } from "@jest/globals";
import { loadShippedAssets } from "../../../../steps/baseline/catalog/load-shipped-assets.ts";
import type { Identity } from "../../../../steps/baseline/object/managed-object.ts";
import { type Touch, touchedAssets, touchWords } from "../../../../steps/baseline/watch/touch.ts";
import { deschedulerIdentity, swapIdentity } from "../support/run-records.ts";

const { assets } = await loadShippedAssets();
const object = (identity: Identity): Touch => ({ what: "object", object: identity });
const crd = (name: string): Touch => ({ what: "crd", crd: name });
const identities = { "swap-enable": swapIdentity, "descheduler-loadaware": deschedulerIdentity };

function touched(touches: readonly Touch[], known: Readonly<Record<string, Identity>> = identities) {
  return touchedAssets(touches, assets, known);
}

describe("what a change concerns", () => {
  test("is everything where the HyperConverged changed, whatever else did", () => {
    expect(touched([object(swapIdentity), { what: "hco" }])).toEqual({ scope: "whole" });
  });

  test("is everything where the CRD of the HyperConverged changed", () => {
    expect(touched([crd("hyperconvergeds.hco.kubevirt.io")])).toEqual({ scope: "whole" });
  });

  test("is the asset that an object was rendered from", () => {
    expect(touched([object(swapIdentity)])).toEqual({ scope: "touched", assets: ["swap-enable"] });
  });

  test("is the same whichever version of its API the object is told in", () => {
    const other = { ...deschedulerIdentity, apiVersion: "operator.openshift.io/v2" };
    expect(touched([object(other)])).toEqual({ scope: "touched", assets: ["descheduler-loadaware"] });
  });

  test("is each asset of the kind that was never rendered, where nothing is known of the object", () => {
    const stranger = { ...swapIdentity, name: "50-virt-pci-passthrough" };
    const result = touched([object(stranger)]);
    expect(result).toMatchObject({ scope: "touched", assets: expect.arrayContaining(["pci-passthrough"]) });
    expect(result).not.toMatchObject({ assets: expect.arrayContaining(["swap-enable"]) });
  });

  test("is nothing where a kind is no asset's", () => {
    expect(touched([object({ apiVersion: "v1", kind: "Pod", name: "p", namespace: "n" })])).toEqual({
      scope: "touched",
      assets: [],
    });
  });

  test("is the assets of a CRD, those that it is the gate of, and those that look up its schema", () => {
    expect(touched([crd("kubedeschedulers.operator.openshift.io")])).toEqual({
      scope: "touched",
      assets: ["psi-enable", "psi-enable-master", "descheduler-loadaware", "descheduler-dashboard"],
    });
  });

  test("is nothing where the CRD is nobody's", () => {
    expect(touched([crd("widgets.example.com")])).toEqual({ scope: "touched", assets: [] });
  });

  test("is told once, in the order of the catalog", () => {
    const result = touched([object(deschedulerIdentity), object(swapIdentity), object(deschedulerIdentity)]);
    expect(result).toEqual({ scope: "touched", assets: ["swap-enable", "descheduler-loadaware"] });
  });
});

test("a change is told in the words of the reports", () => {
  expect(
    [{ what: "hco" } as const, crd("as.x.io"), object(deschedulerIdentity), object(swapIdentity)].map(touchWords),
  ).toEqual([
    "the HyperConverged",
    "CustomResourceDefinition as.x.io",
    "KubeDescheduler/openshift-kube-descheduler-operator/cluster",
    "MachineConfig/90-worker-swap-online",
  ]);
});
