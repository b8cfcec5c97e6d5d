import type { KubeClient } from "../../lib/kube/types.ts";
import { type PhaseContext, type PhaseStep, phaseStep } from "../../lib/phase/types.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { ResolvedTuning } from "../tuning.ts";

/** What the removal of a hub may use. `secondary`: the hub that has the clusters now, where it was given. */
export interface DecommissionContext extends PhaseContext<OperationMemory> {
  readonly clients: { readonly primary: KubeClient; readonly secondary?: KubeClient };
  /** Of `secondary`: what its backups are labelled with. */
  readonly successorId: string;
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  /** Clusters that are still Available are detached. */
  readonly force: boolean;
}

export type DecommissionStep = PhaseStep<DecommissionContext, OperationMemory>;

/** Types a step of a removal by what it reads. */
export function decommissionStep<S>(step: PhaseStep<DecommissionContext, OperationMemory, S>): DecommissionStep {
  return phaseStep<DecommissionContext, OperationMemory, S>(step);
}
