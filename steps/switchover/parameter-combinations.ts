import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import type { ApprovalMode } from "./approval/approval-record.ts";
import { checkApproval } from "./approval/check-approval.ts";

// What parameters that are each valid may not be together. Known before the first connection.

function invalid(text: FairleadError["text"]): FairleadError {
  return new FairleadError(text, { exitCode: exitCode.invalidInput });
}

/** Throws when parameters that are each valid do not go together. Call it before the first connection. */
export function checkCombinations(params: {
  readonly method: "passive" | "full";
  readonly "activation-method": "patch" | "restore";
  readonly "old-hub-action"?: "secondary" | "decommission" | "none";
  readonly "cluster-selector"?: string;
  readonly mode?: "validate" | "switchover";
  readonly "confirm-decommission"?: string;
  readonly "dry-run"?: boolean;
  readonly "argocd-manage"?: boolean;
  readonly "argocd-resume-after-switchover"?: boolean;
  readonly "flux-manage"?: boolean;
  readonly "flux-resume-after-switchover"?: boolean;
  readonly "disable-observability-on-secondary"?: boolean;
  readonly "skip-observability-checks"?: boolean;
  readonly "primary-unreachable"?: boolean;
  readonly "acknowledge-primary-down"?: string;
  readonly approval?: ApprovalMode;
  readonly "plan-digest"?: string;
}): void {
  if (params.approval !== undefined) checkApproval({ ...params, approval: params.approval });
  checkArgocd(params);
  checkFlux(params);
  checkObservability(params);
  checkLostHub(params);
  checkSelection(params);
  if (params["old-hub-action"] === "decommission" && params.mode !== "validate") demandConfirmation(params);
  if (params.method === "full" && params["activation-method"] === "restore") {
    throw invalid({
      id: "SW-PAR-02",
      what: 'activation-method "restore" does not go with method "full"',
      why: "it replaces the passive Restore, which method full does not use",
      fix: "leave activation-method out, or give method passive",
    });
  }
}

/** @throws FairleadError SW-DEC-01 (exit 2) before any hub is asked */
export function demandConfirmation(params: {
  readonly "confirm-decommission"?: string;
  readonly "dry-run"?: boolean;
}): void {
  if (params["confirm-decommission"] !== undefined || params["dry-run"] === true) return;
  throw invalid({
    id: "SW-DEC-01",
    what: "confirm-decommission is not given",
    why: "the removal of a hub cannot be undone, so that it must be named",
    fix: "give the cluster id of the hub or the host name of its API server; or dry-run to see what would be removed",
  });
}

/** What forbids to resume at the end, and why. */
function resumeHindrance(
  params: Parameters<typeof checkCombinations>[0],
  product: "Argo CD" | "Flux",
): readonly [other: string, why: string] | undefined {
  if (params.mode === "validate") return ['mode "validate"', "a validation pauses nothing"];
  const manage = product === "Flux" ? "flux-manage" : "argocd-manage";
  if (params[manage] !== true) {
    return [`${manage} "false"`, "nothing is paused without it, so that there is nothing to resume"];
  }
  return params["old-hub-action"] === "decommission"
    ? ['old-hub-action "decommission"', `${product} would build up again what is being removed`]
    : undefined;
}

function checkArgocd(params: Parameters<typeof checkCombinations>[0]): void {
  const hindrance = params["argocd-resume-after-switchover"] === true ? resumeHindrance(params, "Argo CD") : undefined;
  if (hindrance === undefined) return;
  const [other, why] = hindrance;
  throw invalid({
    id: "SW-ARGO-04",
    what: `argocd-resume-after-switchover does not go with ${other}`,
    why,
    fix: "leave argocd-resume-after-switchover out and use argocd-resume later, or correct the other parameter",
  });
}

function checkFlux(params: Parameters<typeof checkCombinations>[0]): void {
  const hindrance = params["flux-resume-after-switchover"] === true ? resumeHindrance(params, "Flux") : undefined;
  if (hindrance === undefined) return;
  const [other, why] = hindrance;
  throw invalid({
    id: "SW-FLUX-06",
    what: `flux-resume-after-switchover does not go with ${other}`,
    why,
    fix: "leave flux-resume-after-switchover out and use argocd-resume later, or correct the other parameter",
  });
}

/** Only a hub that stays as the standby has an observability to lose. */
function checkObservability(params: Parameters<typeof checkCombinations>[0]): void {
  if (params["disable-observability-on-secondary"] !== true) return;
  const action = params["old-hub-action"] ?? "secondary";
  const other =
    action !== "secondary"
      ? `old-hub-action "${action}"`
      : params["skip-observability-checks"] === true
        ? 'skip-observability-checks "true"'
        : undefined;
  if (other === undefined) return;
  const why = {
    secondary: "skip-observability-checks leaves observability alone on both hubs",
    decommission: "a hub that is removed loses its observability anyway",
    none: "old-hub-action none leaves the old hub as it is",
  }[action];
  throw invalid({
    id: "SW-OBS-01",
    what: `disable-observability-on-secondary does not go with ${other}`,
    why,
    fix: "leave disable-observability-on-secondary out, or correct the other parameter",
  });
}

function checkLostHub(params: Parameters<typeof checkCombinations>[0]): void {
  if (params["primary-unreachable"] !== true) return;
  if (params["acknowledge-primary-down"] === undefined) {
    throw invalid({
      id: "SW-DOWN-01",
      what: "primary-unreachable needs acknowledge-primary-down",
      why: "without the old hub nothing stops its backups and imports: somebody must vouch that it is down",
      fix: "make sure that the old hub is down and stays so, then give acknowledge-primary-down the cluster id of the new hub",
    });
  }
  const action = params["old-hub-action"];
  // A validation does nothing with the old hub.
  if (params.mode === "validate" || action === undefined || action === "none") return;
  throw invalid({
    id: "SW-DOWN-02",
    what: `old-hub-action "${action}" does not go with primary-unreachable`,
    why: "nothing can be done on a hub that is down",
    fix: "give old-hub-action none",
  });
}

/** The passive Restore is gone while the first clusters move, and a full Restore would be cut down by the labels too. */
function checkSelection(params: Parameters<typeof checkCombinations>[0]): void {
  if (params["cluster-selector"] === undefined) return;
  if (params["primary-unreachable"] === true) {
    throw invalid({
      id: "SW-SEL-01",
      what: "cluster-selector does not go with primary-unreachable",
      why: "the old hub says which clusters carry the labels",
      fix: "leave cluster-selector out: without the old hub all clusters move at once",
    });
  }
  if (params.method === "passive" && params["activation-method"] === "restore") return;
  throw invalid({
    id: "SW-SEL-02",
    what: `cluster-selector does not go with method "${params.method}", activation-method "${params["activation-method"]}"`,
    why: "the first clusters need a Restore of their own on data that is on the new hub already, and a hub runs one Restore at a time",
    fix: "give method passive and activation-method restore",
  });
}
