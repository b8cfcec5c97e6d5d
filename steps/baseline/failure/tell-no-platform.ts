import type { ErrorText } from "../../lib/errors/fairlead-error.ts";
import type { SummaryLines } from "../../lib/step/types.ts";
import { hcoCrd, hcoName } from "../cluster/find-hco.ts";
import { baselineExit } from "./exit-code.ts";
import type { FailureResults } from "./with-failure.ts";

interface Teller {
  readonly results: FailureResults;
  readonly summarize: (lines: SummaryLines) => void;
  readonly setExitCode: (code: number) => void;
}

/** @param crd of HyperConverged */
export function platformMissing(crd: string): ErrorText {
  return {
    id: "BASE-RUN-02",
    what: `${crd} is not installed`,
    why: "the baseline is kept for a virtualization platform, and this cluster has none",
    fix: "install OpenShift Virtualization, or name the cluster that has it",
  };
}

/** Ends a step that found no platform: without a HyperConverged there is nothing to look at, which is no failure. */
export function tellNoPlatform(
  state: "absent" | "no-crd",
  namespace: string,
  { results, summarize, setExitCode }: Teller,
): void {
  if (state === "absent") {
    const what = `there is no HyperConverged ${namespace}/${hcoName}, so there is nothing to look at`;
    results.set("outcome", "hco-not-found");
    results.set("summary", what);
    summarize({ what });
    return;
  }
  const missing = platformMissing(hcoCrd);
  results.set("outcome", "precondition-missing");
  results.set("summary", missing.what);
  results.set("error-code", missing.id);
  setExitCode(baselineExit.preconditionMissing);
  summarize(missing);
}
