import { annotation, objectName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { Application } from "../acm/hub-objects.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";

export type SyncPolicy = Readonly<Record<string, unknown>>;

/** What is kept of an Application, whose status may list thousands of resources. */
export interface ApplicationSummary {
  readonly hub: HubName;
  /** Of Flux; absent = an Application of Argo CD. */
  readonly kind?: FluxKind;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  /** What a pause changes: the sync policy, or of Flux the field `suspend` where it is there. */
  readonly syncPolicy: SyncPolicy | null;
  readonly automated: boolean;
  /** The run that paused it; absent = none did. */
  readonly marker?: string;
  /** How many of its resources are ACM's. */
  readonly acmResources: number;
  /** Has to stand still while a fleet moves. */
  readonly touchesAcm: boolean;
  /** A sync is asked for or under way; it goes on when `automated` goes. */
  readonly syncing: boolean;
  /** What may write its spec anew. */
  readonly madeBy?: Maker;
}

export type FluxKind = "Kustomization" | "HelmRelease";

/** What a paused object is looked at for. */
export type PausedLook = Pick<ApplicationSummary, "hub" | "kind" | "namespace" | "name" | "automated" | "syncing">;

export interface Maker {
  readonly kind: "ApplicationSet" | "Application" | "Kustomization";
  readonly name: string;
}

/** Where ACM's own objects are on a hub. */
export interface AcmScope {
  readonly namespaces: HubNamespaces;
  /** Name of the hub's own ManagedCluster, which is that of its namespace, too. */
  readonly localCluster: string;
}

/** Kinds that are ACM's wherever they are. */
export const acmKinds: ReadonlySet<string> = new Set([
  "MultiClusterHub",
  "MultiClusterEngine",
  "MultiClusterObservability",
  "ManagedCluster",
  "ManagedClusterSet",
  "ManagedClusterSetBinding",
  "Placement",
  "PlacementBinding",
  "Policy",
  "PolicySet",
  "BackupSchedule",
  "Restore",
  "DataProtectionApplication",
  "ClusterDeployment",
]);

const acmNamespace = /^(open-cluster-management(-.*)?|multicluster-engine)$/;

export function isAcmNamespace(name: string, { namespaces, localCluster }: AcmScope): boolean {
  return acmNamespace.test(name) || name === localCluster || Object.values(namespaces).includes(name);
}

/** `automated: {}` is on; newer releases of Argo CD know `automated: {enabled: false}`, which is off. */
export function isAutomated(syncPolicy: SyncPolicy | null | undefined): boolean {
  const automated = syncPolicy?.["automated"];
  if (automated === undefined || automated === null) return false;
  return !(typeof automated === "object" && "enabled" in automated && automated.enabled === false);
}

/** Also between the tries of one that failed: Argo CD calls it running until the last. */
export function isSyncing({ operation, status }: Application): boolean {
  return operation !== undefined || ["Running", "Terminating"].includes(status?.operationState?.phase ?? "");
}

function madeBy({ metadata }: Application): Maker | undefined {
  const set = metadata.ownerReferences?.find(({ kind }) => kind === "ApplicationSet");
  if (set !== undefined) return { kind: "ApplicationSet", name: set.name };
  // Of an Application that other Applications are resources of.
  const parent = metadata.annotations?.[annotation.argoTracking]?.split(":")[0] ?? "";
  return parent === "" ? undefined : { kind: "Application", name: parent };
}

/** Pure projection for `list`. */
export function summariseApplication(hub: HubName, scope: AcmScope): (application: Application) => ApplicationSummary {
  return (application) => {
    const { metadata, spec, status } = application;
    const resources = status?.resources ?? [];
    const acmResources = resources.filter(
      ({ kind, namespace }) => acmKinds.has(kind ?? "") || isAcmNamespace(namespace ?? "", scope),
    ).length;
    const destination = spec?.destination?.namespace ?? "";
    const marker = metadata.annotations?.[annotation.pausedBy];
    const maker = madeBy(application);
    return {
      hub,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
      resourceVersion: metadata.resourceVersion ?? "",
      syncPolicy: spec?.syncPolicy ?? null,
      automated: isAutomated(spec?.syncPolicy),
      syncing: isSyncing(application),
      acmResources,
      // Before its first sync an Application has no resources, and starts one at any time.
      touchesAcm: acmResources > 0 || (resources.length === 0 && isAcmNamespace(destination, scope)),
      ...(marker === undefined ? {} : { marker }),
      ...(maker === undefined ? {} : { madeBy: maker }),
    };
  };
}

type Place = Pick<ApplicationSummary, "hub" | "kind" | "namespace" | "name">;

export function isSameApplication(one: Place, other: Place): boolean {
  return (
    one.hub === other.hub && one.kind === other.kind && one.namespace === other.namespace && one.name === other.name
  );
}

/** What keeps a maker from turning on again what was paused. */
export const letMakersBe =
  "let the ApplicationSet ignore /spec/syncPolicy (spec.ignoreApplicationDifferences), have the parent Application ignore it (spec.ignoreDifferences, with the sync option RespectIgnoreDifferences=true) or pause the parent, or change the policy where it comes from";

/** `ApplicationSet fleet` */
export function describeMaker({ kind, name }: Maker): string {
  return `${kind} ${name}`;
}

/**
 * Whether it is this operation's to give back. The marker says so; but an ApplicationSet's controller (Argo CD 3.1)
 * writes annotations as its template has them, also where it ignores the sync policy, and so takes the marker away.
 */
export function bearsMarker({ marker, madeBy }: ApplicationSummary, runId: string | undefined): boolean {
  return marker === undefined ? madeBy?.kind === "ApplicationSet" : marker === runId;
}

/** `primary gitops/acm`, `primary Kustomization flux-system/acm` */
export function describeApplication({ hub, kind, namespace, name }: Place): string {
  return `${hub} ${kind === undefined ? "" : `${kind} `}${namespace}/${name}`;
}

/** The name of the hub's own cluster among those that carry the label of one. */
export function localClusterName(labelled: readonly string[]): string {
  return labelled[0] ?? objectName.localCluster;
}
