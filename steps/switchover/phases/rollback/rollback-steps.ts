import type { SwitchoverStep } from "../switchover-context.ts";
import { rbDeleteActivationRestore } from "./delete-activation-restore.ts";
import { rbEnableAutoImport } from "./enable-auto-import.ts";
import { rbEnableBackupSchedule } from "./enable-old-schedule.ts";
import { rbPauseSecondarySchedule } from "./pause-secondary-schedule.ts";
import { rbQuarantineSecondary } from "./quarantine-secondary.ts";
import { rbReconnect } from "./reconnect.ts";
import { rbRecreatePassive } from "./recreate-passive.ts";
import { rbRestoreAutoImportStrategy } from "./restore-auto-import-strategy.ts";
import { rbResumeArgocd, rbResumeFlux } from "./resume-argocd.ts";
import { rbScaleDownThanos } from "./scale-down-thanos.ts";
import { rbScaleUpThanos } from "./scale-up-thanos.ts";
import { rbVerify } from "./verify-primary.ts";

/** Takes a switchover back, in order: first what could still act on the new hub, then the old hub, then the standby. */
export const rollbackSteps: readonly SwitchoverStep[] = [
  rbPauseSecondarySchedule,
  rbQuarantineSecondary,
  rbDeleteActivationRestore,
  rbRestoreAutoImportStrategy,
  rbEnableAutoImport,
  rbScaleDownThanos,
  rbScaleUpThanos,
  rbEnableBackupSchedule,
  rbReconnect,
  rbVerify,
  rbRecreatePassive,
  rbResumeArgocd,
  rbResumeFlux,
];
