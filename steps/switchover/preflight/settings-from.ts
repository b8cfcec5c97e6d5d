import { resolveNamespaces } from "../parameters.ts";
import type { ResolvedTuning } from "../tuning.ts";
import type { CheckedParams } from "./declaration.ts";
import type { PreflightSettings } from "./settings.ts";

/** What the checks depend on, where no earlier run of the operation left anything. */
export function settingsFrom(
  params: CheckedParams,
  mode: PreflightSettings["mode"],
  tuning: ResolvedTuning,
): PreflightSettings {
  const templateMakesTokens = params["backup-schedule-template"]?.useManagedServiceAccount;
  return {
    mode,
    dryRun: params["dry-run"],
    method: params.method,
    activationMethod: params["activation-method"],
    oldHubAction: params["old-hub-action"],
    ...(params["cluster-selector"] === undefined ? {} : { clusterSelector: params["cluster-selector"] }),
    versionPolicy: params["version-policy"],
    allowPartialBackup: params["allow-partial-backup"],
    skipRbacValidation: params["skip-rbac-validation"],
    skipObservabilityChecks: params["skip-observability-checks"],
    manageAutoImportStrategy: params["manage-auto-import-strategy"],
    strictHealth: params["strict-health"],
    disableObservability: params["disable-observability-on-secondary"] && mode === "switchover",
    finalBackup: params["final-backup"] && mode === "switchover",
    argocdManage: params["argocd-manage"] && mode === "switchover",
    fluxManage: params["flux-manage"] && mode === "switchover",
    skipGitopsCheck: params["skip-gitops-check"],
    namespaces: resolveNamespaces(params.namespaces),
    waits: {
      backupInProgress: tuning.backupInProgressWait,
      backupPoll: tuning.backupPoll,
      backupSync: tuning.backupSyncWait,
      storageGrace: Math.min(tuning.errorGrace, 20),
      backupMaxAge: tuning.backupMaxAge,
    },
    ...(templateMakesTokens === undefined ? {} : { templateMakesTokens }),
    savedSchedules: [],
    scope: "full",
  };
}
