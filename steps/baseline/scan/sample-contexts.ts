import type { Json, JsonObject } from "../../lib/json/json.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { emptyHardware, emptyTopology } from "../context/empty-context.ts";
import { hardwareFlags } from "../context/hardware.ts";
import { emptyAnswers, type Lookup } from "../lookups/lookup.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { flagMatrix } from "../rbac/collect-identities.ts";

const topologyFlags = ["isCompact", "isHCP", "isBareMetal", "hasSchedulableMasters"] as const;
const flags = [...hardwareFlags, ...topologyFlags, "isOptedIn", "hasImages", "hasAnswers"] as const;

type Flags = Readonly<Record<(typeof flags)[number], boolean>>;

/** What assets read of a HyperConverged beyond the conditions of the catalog: one value each that they take. */
const settings: Readonly<Record<string, string>> = {
  "platform.kubevirt.io/enable-aaq": "true",
  "platform.kubevirt.io/enable-incident-detection": "true",
  "platform.kubevirt.io/fence-agents-config": '{"agent":"fence_ipmilan"}',
  "platform.kubevirt.io/golden-profile": "opinionated",
  "platform.kubevirt.io/kubelet-max-pods": "300",
  "platform.kubevirt.io/kubevirt-metrics-exporter-env": '{"LOG_LEVEL":"debug"}',
  "platform.kubevirt.io/numa-reserved-cpuset": "0-1",
  "platform.kubevirt.io/sbr-storage-class": "sample",
  "platform.kubevirt.io/vfio-device-ids": "10de:1eb8",
};

const permittedHostDevices: JsonObject = {
  pciHostDevices: [{ pciDeviceSelector: "10de:1eb8", resourceName: "example.com/gpu" }],
  usbHostDevices: [{ resourceName: "example.com/stick", selectors: [{ vendor: "0951", product: "1666" }] }],
};

function annotationsOf(assets: readonly LoadedAsset[]): Readonly<Record<string, string>> {
  const conditions = assets.flatMap((asset) => asset.conditions);
  const asked = conditions.flatMap((one) => (one.type === "annotation" ? [[one.key, one.value ?? "true"]] : []));
  return { ...Object.fromEntries(asked), ...settings };
}

function imagesOf(assets: readonly LoadedAsset[]): Readonly<Record<string, string>> {
  const keys = assets.flatMap(({ conditions }) => conditions.flatMap((one) => (one.type === "image" ? [one.key] : [])));
  return Object.fromEntries(keys.map((key) => [key, `registry.example.com/${key}:sample`]));
}

/** The answer of a cluster that has what is asked for. */
function fullAnswer({ kind }: Lookup): Json {
  switch (kind) {
    case "crd-enum":
      return [];
    case "crd-has-field":
    case "object-exists":
    case "recording-rule":
      return true;
    case "config-map-value":
      return "";
    case "storage-profile-rwx-class":
      return "sample";
  }
}

function lookupsOf(assets: readonly LoadedAsset[], hasAnswers: boolean): ContextDocument["lookups"] {
  const all = assets.map(({ name, entry }) => {
    const lookups = entry.lookups ?? [];
    const full = Object.fromEntries(lookups.map((lookup) => [lookup.name, fullAnswer(lookup)]));
    return [name, hasAnswers ? full : emptyAnswers(lookups)] as const;
  });
  return Object.fromEntries(all);
}

function hcoOf(assets: readonly LoadedAsset[], isOptedIn: boolean): ManagedObject {
  const metadata = { name: "kubevirt-hyperconverged", namespace: "openshift-cnv" };
  const head = { apiVersion: "hco.kubevirt.io/v1", kind: "HyperConverged" };
  if (!isOptedIn) return { ...head, metadata, spec: {} };
  return {
    ...head,
    metadata: { ...metadata, annotations: annotationsOf(assets) },
    spec: { virtualization: { permittedHostDevices } },
  };
}

function documentOf(assets: readonly LoadedAsset[], on: Flags): ContextDocument {
  const hardware = Object.fromEntries(hardwareFlags.map((flag) => [flag, on[flag]]));
  const topology = Object.fromEntries(topologyFlags.map((flag) => [flag, on[flag]]));
  return {
    schemaVersion: 1,
    hco: hcoOf(assets, on.isOptedIn),
    hardware: { ...emptyHardware, ...hardware },
    topology: { ...emptyTopology, ...topology },
    images: on.hasImages ? imagesOf(assets) : {},
    crds: {},
    lookups: lookupsOf(assets, on.hasAnswers),
  };
}

/** The made-up cluster that has everything, and whose owner opts in to all of it: there each asset renders. Pure. */
export function everythingContext(assets: readonly LoadedAsset[]): ContextDocument {
  // Every flag gets a value.
  return documentOf(assets, Object.fromEntries(flags.map((flag) => [flag, true])) as Flags);
}

/**
 * Made-up clusters in which each asset shows what it can become: with nothing, with everything, and with and without
 * each thing alone. Pure.
 */
export function sampleContexts(assets: readonly LoadedAsset[]): readonly ContextDocument[] {
  return flagMatrix(flags).map((on) => documentOf(assets, on));
}

/** What a template must name to be another one elsewhere. */
const namesCircumstances = /\b(HCO|Hardware|Topology|Images|Lookups)\b/;

/** Those of the contexts in which an asset may differ: a text that names none of what differs is the same in all. Pure. */
export function contextsFor({ text }: LoadedAsset, contexts: readonly ContextDocument[]): readonly ContextDocument[] {
  return text === undefined || namesCircumstances.test(text) ? contexts : contexts.slice(0, 1);
}
