import { type Activation, readActivation } from "../catalog/activation.ts";
import { type FoundHco, hcoCrd } from "../cluster/find-hco.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import { type Exclusions, readExclusions } from "./read-exclusions.ts";
import type { Ending } from "./run-record.ts";
import type { RunRequest } from "./run-request.ts";

/** What the user of a platform wants, as its HyperConverged said when it was read. */
export interface Wish {
  readonly hco: ManagedObject;
  readonly activation: Activation;
  readonly exclusions: Exclusions;
}

/** The rules of its HyperConverged cannot be read, and the run was told to stop for that. */
interface Refused {
  readonly refused: Exclusions;
}

/** What is wanted of a run, or why there is nothing to do. Pure. */
export function wishOf(
  found: FoundHco,
  { requireOptIn, exclusionOnError }: Pick<RunRequest, "requireOptIn" | "exclusionOnError">,
): Wish | Ending | Refused {
  if (found.state === "no-crd") return { ending: "precondition-missing", crd: hcoCrd };
  if (found.state === "absent") return { ending: "hco-not-found" };
  const { hco } = found;
  const activation = readActivation(hco, requireOptIn);
  if (activation.state === "off") return { ending: "disabled" };
  const exclusions = readExclusions(hco);
  const isRefused = exclusions.invalid !== undefined && exclusionOnError === "stop";
  return isRefused ? { refused: exclusions } : { hco, activation, exclusions };
}
