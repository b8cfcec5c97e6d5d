import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { type Action, type PhaseContext, type PhaseStep, phaseStep } from "../../lib/phase/types.ts";
import type { AcmVersion } from "../acm/acm-version.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { BackupScheduleSpec } from "../acm/hub-objects.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { acmRestores } from "../acm/resources.ts";
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
  /** Argo CD Applications that touch ACM are paused first. */
  readonly argocdManage: boolean;
  /** And resumed last. */
  readonly argocdResume: boolean;
  /** A hub that is to be removed may have clusters that are still Available there: they are detached. */
  readonly force: boolean;
}

/** What each step of a switchover may use. */
export interface SwitchoverContext extends PhaseContext<OperationMemory> {
  readonly clients: Readonly<Record<HubName, KubeClient>>;
  readonly hubs: Readonly<Record<HubName, HubFacts>>;
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly settings: SwitchoverSettings;
}

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

/** Seconds of a tuning key as milliseconds. */
export function ms(seconds: number): number {
  return seconds * 1000;
}
