import { isFields } from "../../lib/schema/is-fields.ts";
import { annotation } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { FluxObject } from "../acm/hub-objects.ts";
import {
  type AcmScope,
  type ApplicationSummary,
  acmKinds,
  type FluxKind,
  isAcmNamespace,
  type Maker,
  type PausedLook,
} from "../argocd/application.ts";

/** Labels by which an object names the Kustomization that applied it. */
const parentLabel = {
  name: "kustomize.toolkit.fluxcd.io/name",
  namespace: "kustomize.toolkit.fluxcd.io/namespace",
} as const;

/**
 * A reconciliation is under way. It looks for `suspend` at its start alone, and so goes on to its end. Between the tries
 * of one that failed the condition stays, with another reason; a suspended object is not tried again.
 */
function isReconciling({ status }: FluxObject): boolean {
  const found = status?.conditions?.find(({ type }) => type === "Reconciling");
  return found?.status === "True" && found.reason !== "ProgressingWithRetry";
}

function ownsSuspend(entry: unknown): boolean {
  if (!isFields(entry) || entry["operation"] !== "Apply" || !isFields(entry["fieldsV1"])) return false;
  const spec = entry["fieldsV1"]["f:spec"];
  return isFields(spec) && Object.hasOwn(spec, "f:suspend");
}

/**
 * A parent Kustomization that has `suspend` in Git. Flux applies server-side and forces its fields: one that Git does
 * not have is left as it is, unless kubectl wrote it, whose changes Flux takes back.
 */
function madeBy({ metadata }: FluxObject): Maker | undefined {
  const name = metadata.labels?.[parentLabel.name];
  if (name === undefined || !(metadata.managedFields ?? []).some(ownsSuspend)) return undefined;
  return { kind: "Kustomization", name: `${metadata.labels?.[parentLabel.namespace] ?? ""}/${name}` };
}

/** Kind and namespace of an entry `<namespace>_<name>_<group>_<kind>`; only a name may have more underscores in it. */
function isOfAcm({ id = "" }: { readonly id?: string }, scope: AcmScope): boolean {
  const parts = id.split("_");
  return acmKinds.has(parts.at(-1) ?? "") || isAcmNamespace(parts[0] ?? "", scope);
}

/** Pure projection for `list`. */
export function summariseFlux(
  kind: FluxKind,
  hub: HubName,
  scope: AcmScope,
): (object: FluxObject) => ApplicationSummary {
  return (object) => {
    const { metadata, spec, status } = object;
    const entries = status?.inventory?.entries ?? [];
    const acmResources = entries.filter((entry) => isOfAcm(entry, scope)).length;
    const target = spec?.targetNamespace ?? (kind === "HelmRelease" ? metadata.namespace : undefined) ?? "";
    const marker = metadata.annotations?.[annotation.pausedBy];
    const maker = madeBy(object);
    return {
      hub,
      kind,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      resourceVersion: metadata.resourceVersion ?? "",
      syncPolicy: spec?.suspend === undefined ? {} : { suspend: spec.suspend },
      automated: !isSuspended(object),
      syncing: isReconciling(object),
      acmResources,
      // Before the first reconciliation, and with a HelmRelease of an older Flux, there is no inventory.
      touchesAcm: acmResources > 0 || (entries.length === 0 && isAcmNamespace(target, scope)),
      ...(marker === undefined ? {} : { marker }),
      ...(maker === undefined ? {} : { madeBy: maker }),
    };
  };
}

function isSuspended({ spec }: FluxObject): boolean {
  return spec?.suspend === true;
}

/** Pure projection for a watch. */
export function lookAtFlux(kind: FluxKind, hub: HubName): (object: FluxObject) => PausedLook {
  return (object) => ({
    hub,
    kind,
    namespace: object.metadata.namespace ?? "",
    name: object.metadata.name,
    automated: !isSuspended(object),
    syncing: isReconciling(object),
  });
}
