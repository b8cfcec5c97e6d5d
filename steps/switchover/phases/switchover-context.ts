import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { type Action, type PhaseContext, type PhaseStep, phaseStep } from "../../lib/phase/types.ts";
import type { AcmVersion } from "../acm/acm-version.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { BackupScheduleSpec } from "../acm/hub-objects.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { acmRestores } from "../acm/resources.ts";
import { declaredDown, type OfBothHubs, type OfNewHub } from "../hubs.ts";
import type { SpokeAccess } from "../klusterlet/spoke-access.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import type { ResolvedTuning } from "../tuning.ts";

/** What is known of a hub before its first step. */
export interface HubFacts {
  readonly id: string;
  readonly version: AcmVersion;
}

/** What the caller allows. */
export interface SwitchoverSettings {
  readonly method: "passive" | "full";
  readonly activationMethod: "patch" | "restore";
  readonly oldHubAction: "secondary" | "decommission" | "none";
  /** Labels of the clusters that move first, and must be connected before the rest follows; all at once without. */
  readonly clusterSelector?: string | undefined;
  /** The old hub is backed up once more before its schedule is paused. */
  readonly finalBackup: boolean;
  readonly pinBackup: boolean;
  readonly manageAutoImportStrategy: boolean;
  readonly minManagedClusters: number;
  readonly allowPartialRestore: boolean;
  readonly allowMissingClusters: boolean;
  /** `3` or `5%`: how many clusters may stay unavailable. */
  readonly maxUnavailable: string | undefined;
  /** What the new hub gets where neither hub has a BackupSchedule. */
  readonly backupScheduleTemplate: BackupScheduleSpec | undefined;
  /** No step looks at observability or changes it. */
  readonly skipObservability: boolean;
  /** Observability of the new hub that does not work ends the switchover. */
  readonly strictObservability: boolean;
  /** The old hub takes no metrics in from the preparation on. */
  readonly pauseObservatoriumApi: boolean;
  /** The old hub loses its MultiClusterObservability. */
  readonly disableObservability: boolean;
  /** Argo CD Applications that touch ACM are paused first. */
  readonly argocdManage: boolean;
  /** And resumed last. */
  readonly argocdResume: boolean;
  /** The same of Flux's Kustomizations and HelmReleases. */
  readonly fluxManage: boolean;
  readonly fluxResume: boolean;
  /** A hub that is to be removed may have clusters that are still Available there: they are detached. */
  readonly force: boolean;
}

interface AnyContext extends PhaseContext<OperationMemory> {
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly settings: SwitchoverSettings;
  /** The ways to managed clusters, where the run was given any. */
  readonly spokes?: SpokeAccess;
}

/** Where the old hub answers. */
export interface BothHubsContext extends AnyContext {
  readonly oldHub: "reachable";
  readonly clients: OfBothHubs<KubeClient>;
  readonly hubs: OfBothHubs<HubFacts>;
}

/** Where the old hub is declared down. */
export interface NewHubContext extends AnyContext {
  readonly oldHub: "down";
  readonly clients: OfNewHub<KubeClient>;
  readonly hubs: OfNewHub<HubFacts>;
}

/** What each step of a switchover may use. A step that asks the old hub is an {@link oldHubStep}, or looks first. */
export type SwitchoverContext = BothHubsContext | NewHubContext;

export type SwitchoverStep = PhaseStep<SwitchoverContext, OperationMemory>;

/** Types a step of a switchover by what it reads. */
export function switchoverStep<S>(step: PhaseStep<SwitchoverContext, OperationMemory, S>): SwitchoverStep {
  return phaseStep<SwitchoverContext, OperationMemory, S>({
    ...step,
    onFailure: async (error, context) => [
      ...tellSilentOperator(error),
      ...((await step.onFailure?.(error, context)) ?? []),
    ],
  });
}

/** From ACM 2.16 every write of a Restore needs the backup operator: its webhook fails closed. Pure. */
function tellSilentOperator(error: FairleadError): readonly Action<OperationMemory>[] {
  if (!isKubeError(error, "WebhookUnavailable") || error.attempt === undefined) return [];
  const { resource, target } = error.attempt;
  if (resource?.plural !== acmRestores.plural || resource.group !== acmRestores.group) return [];
  const hub = target === "primary" ? "old" : "new";
  return [
    {
      kind: "warn",
      message: `the backup operator of the ${hub} hub does not answer its webhook: start it, then resume`,
    },
  ];
}

/** Where a certain hub answers, whatever the other one does. */
export type HubStepContext<H extends HubName> = Omit<AnyContext, "clients"> & {
  readonly clients: Readonly<Record<H, KubeClient>>;
  readonly hubs: Readonly<Record<H, HubFacts>>;
};

function withOldHub(context: SwitchoverContext, step: string): BothHubsContext {
  if (context.oldHub === "reachable") return context;
  throw new FairleadError(
    {
      id: "SW-DOWN-90",
      what: `step ${step} would ask the old hub`,
      why: declaredDown,
      fix: "report this: the step must not be run then",
    },
    { exitCode: exitCode.defect },
  );
}

/** A step that asks the old hub: it does not apply where that is declared down. */
export function oldHubStep<S>(step: PhaseStep<BothHubsContext, OperationMemory, S>): SwitchoverStep {
  const { name, onFailure } = step;
  return switchoverStep<S>({
    name,
    title: step.title,
    onResume: step.onResume,
    skip: (context) => (context.oldHub === "down" ? declaredDown : step.skip?.(context)),
    read: (context) => step.read(withOldHub(context, name)),
    plan: (seen, context) => step.plan(seen, withOldHub(context, name)),
    ...(onFailure === undefined
      ? {}
      : {
          // Where it did not apply it left nothing to undo.
          onFailure: async (error, context) =>
            context.oldHub === "down" ? [] : await onFailure.call(step, error, context),
        }),
  });
}

/** Seconds of a tuning key as milliseconds. */
export function ms(seconds: number): number {
  return seconds * 1000;
}
