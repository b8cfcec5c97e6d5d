import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { Source } from "../../lib/kube/live-collection.ts";
import type { CallOptions, KubeClient, Resource } from "../../lib/kube/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { OperationMemory, PausedApplication } from "../state/operation-memory.ts";
import type { AcmScope, ApplicationSummary, PausedLook, SyncPolicy } from "./application.ts";

/** One hub whose objects of a keeper are looked at. */
export interface KeptHub {
  readonly name: HubName;
  readonly client: KubeClient;
}

/** One kind of object by which a keeper keeps others. */
export interface KeptKind {
  readonly kind: ApplicationSummary["kind"];
  readonly resource: Resource;
  /** Every object of the hub, each reduced as its page arrives; none where the kind is not served. */
  list(hub: KeptHub, scope: AcmScope, options: CallOptions): Promise<readonly ApplicationSummary[]>;
  watch(hub: KeptHub): Source<PausedLook>;
}

/** A tool that keeps a hub as Git has it, and is paused for the time of a move: Argo CD or Flux. */
export interface Keeper {
  readonly product: "Argo CD" | "Flux";
  readonly kinds: readonly KeptKind[];
  /** What its objects are called together: `Applications`. */
  readonly noun: string;
  /** @throws KubeError where that cannot be told */
  isInstalled(client: KubeClient, signal: AbortSignal): Promise<boolean>;
  /** Those that own something of ACM without their own status telling so, as `kind namespace/name`. */
  owners?(hub: KeptHub, scope: AcmScope, options: CallOptions): Promise<ReadonlySet<string>>;
  /** Whether what is kept is put back, by what a pause changes. */
  isActive(policy: SyncPolicy | null): boolean;
  /** The spec of the patch that pauses. */
  readonly pausing: object;
  /** The spec of the patch that changes the policy so. */
  specOf(policyPatch: unknown): object;
  readonly words: KeeperWords;
  readonly errors: KeeperErrors;
  readonly state: KeeperState;
}

/** Where an operation remembers what it paused. */
export interface KeeperState {
  entries(memory: OperationMemory): readonly PausedApplication[] | undefined;
  runId(memory: OperationMemory): string | undefined;
  keep(memory: OperationMemory, entries: readonly PausedApplication[], runId?: string): OperationMemory;
  forget(memory: OperationMemory): OperationMemory;
}

export interface KeeperWords {
  /** `turn automated sync of Application gitops/acm off` */
  pauses(application: ApplicationSummary): string;
  pausesAll(count: number): string;
  gives(application: ApplicationSummary): string;
  givesAll(count: number): string;
  /** Nothing was paused. */
  readonly none: string;
  readonly resting: string;
  readonly busy: string;
  warnsOf(maker: string, application: string): string;
}

/** Text of errors by what happened. */
export interface KeeperErrors {
  unreadable(hub: HubName): { readonly id: string; readonly what: string; readonly part: string };
  stubborn(names: readonly string[], times: number): FairleadError;
  unresumed(failed: number, of: number, why: string): FairleadError;
  restless(note: string): FairleadError;
}

/** `Kustomization flux-system/acm`, as `owners` names them. */
export function ownerKey({ kind, namespace, name }: Pick<ApplicationSummary, "kind" | "namespace" | "name">): string {
  return `${kind ?? "Application"} ${namespace}/${name}`;
}

/** @throws Error for a kind that the keeper does not have */
export function resourceOf({ product, kinds }: Keeper, kind: ApplicationSummary["kind"]): Resource {
  const found = kinds.find((one) => one.kind === kind);
  if (found === undefined) throw new Error(`${product} has no kind ${kind ?? "Application"}`);
  return found.resource;
}
