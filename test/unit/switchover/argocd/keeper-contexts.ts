import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import type { HubName } from "../../../../steps/switchover/acm/hub-identity.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import type { ArgoContext } from "../../../../steps/switchover/argocd/argo-context.ts";
import type { SwitchoverContext, SwitchoverSettings } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

export type HubsInMemory = Readonly<Record<HubName, HubInMemory>>;

/** What the planners of a pause and of a resume ask for. */
export function planningContext({ primary, secondary }: HubsInMemory, memory: () => OperationMemory): ArgoContext {
  const clients: Readonly<Record<HubName, KubeClient>> = { primary: primary.client(), secondary: secondary.client() };
  return {
    clients,
    namespaces: defaultNamespaces,
    tuning: tuningDefaults,
    memory,
    random: { next: () => 0.5, hex: () => "ffffffffffff" },
    signal: new AbortController().signal,
    // The planners ask for nothing else.
  } as unknown as ArgoContext;
}

export interface StepWorld {
  /** What the hub that is asked has. */
  readonly fill: (hub: HubInMemory) => void;
  readonly runId: string;
  readonly settings: Partial<SwitchoverSettings>;
  readonly memory: OperationMemory | undefined;
  readonly dryRun: boolean | undefined;
  /** The primary is declared down; what there is is then the secondary's. */
  readonly isDown?: boolean | undefined;
}

/** What the steps of a switchover around a pause ask for. */
export function stepContext({ fill, runId, settings, memory, dryRun, isDown }: StepWorld): SwitchoverContext {
  const [primary, secondary] = [new HubInMemory("primary", 0), new HubInMemory("secondary", 0)];
  fill(isDown === true ? secondary : primary);
  return {
    oldHub: isDown === true ? "down" : "reachable",
    clients: { ...(isDown === true ? {} : { primary: primary.client() }), secondary: secondary.client() },
    namespaces: defaultNamespaces,
    tuning: tuningDefaults,
    settings,
    memory: () => memory ?? {},
    random: { next: () => 0, hex: () => runId },
    signal: new AbortController().signal,
    dryRun: dryRun === true ? { enabled: true, serverSide: true } : { enabled: false },
    // These steps ask for nothing else.
  } as unknown as SwitchoverContext;
}
