import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../../lib/kube/kube-error.ts";
import type { Action } from "../../../lib/phase/types.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";

/**
 * What it means to the activation that the new hub refused to change a Restore. A patch is its first write in every
 * variant: the activation itself, or the question before anything is deleted. Pure.
 */
export function tellRefusal(error: FairleadError): readonly Action<OperationMemory>[] {
  const isRefusal =
    isKubeError(error, "AdmissionDenied", "WebhookUnavailable") &&
    error.attempt?.resource?.plural === acmRestores.plural &&
    error.attempt.resource.group === acmRestores.group &&
    error.attempt.verb === "patch";
  return isRefusal ? [{ kind: "warn", message: "nothing was changed on the new hub" }] : [];
}
