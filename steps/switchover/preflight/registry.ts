import type { Check } from "./check.ts";
import { acmVersionCheck, acmVersionMatch } from "./checks/acm-version.ts";
import { apiConnectivity } from "./checks/api-connectivity.ts";
import { autoImportStrategy } from "./checks/auto-import-strategy.ts";
import { backupAge } from "./checks/backup-age.ts";
import { backupSchedule } from "./checks/backup-schedule.ts";
import { backupStatus } from "./checks/backup-status.ts";
import { backupVisibleOnSecondary } from "./checks/backup-visible-on-secondary.ts";
import { bsl, sameStorage } from "./checks/bsl.ts";
import { clockSkew } from "./checks/clock-skew.ts";
import { clusterDeploymentProtection } from "./checks/cluster-deployment-protection.ts";
import { clusterHealth } from "./checks/cluster-health.ts";
import { clusterSelection } from "./checks/cluster-selection.ts";
import { gitops } from "./checks/gitops.ts";
import { hubIdentityCheck } from "./checks/hub-identity.ts";
import { kubeconfigUsers } from "./checks/kubeconfig-users.ts";
import { managedClustersBackup } from "./checks/managed-clusters-backup.ts";
import { mchHealth } from "./checks/mch-health.ts";
import { msaComponent } from "./checks/msa-component.ts";
import { msaTokens } from "./checks/msa-tokens.ts";
import { namespace } from "./checks/namespace.ts";
import { noActiveScheduleOnSecondary } from "./checks/no-active-schedule-on-secondary.ts";
import { noForeignRestore } from "./checks/no-foreign-restore.ts";
import { dpa, oadp } from "./checks/oadp.ts";
import { observability, observabilitySecondaryIdle, observabilitySecret } from "./checks/observability.ts";
import { passiveFreshness } from "./checks/passive-freshness.ts";
import { passiveRestore } from "./checks/passive-restore.ts";
import { rbac } from "./checks/rbac.ts";
import { reimportable } from "./checks/reimportable.ts";
import { secondaryClusters } from "./checks/secondary-clusters.ts";
import { tokenExpiry } from "./checks/token-expiry.ts";

/** Every check, in the order of the report. A new one needs only its line here. */
export const checks: readonly Check[] = [
  rbac,
  apiConnectivity,
  hubIdentityCheck,
  kubeconfigUsers,
  tokenExpiry,
  namespace,
  acmVersionCheck,
  acmVersionMatch,
  mchHealth,
  autoImportStrategy,
  oadp,
  dpa,
  bsl,
  sameStorage,
  backupStatus,
  backupAge,
  backupSchedule,
  msaTokens,
  clusterDeploymentProtection,
  managedClustersBackup,
  backupVisibleOnSecondary,
  noActiveScheduleOnSecondary,
  passiveRestore,
  passiveFreshness,
  noForeignRestore,
  observability,
  observabilitySecret,
  observabilitySecondaryIdle,
  secondaryClusters,
  clusterHealth,
  reimportable,
  gitops,
  clockSkew,
  msaComponent,
  clusterSelection,
];
