import type { SummaryLines } from "../../lib/step/types.ts";
import { hcoCrd, hcoName } from "../cluster/find-hco.ts";
import { baselineExit } from "./exit-code.ts";
import type { FailureResults } from "./with-failure.ts";

interface Teller {
  readonly results: FailureResults;
  readonly summarize: (lines: SummaryLines) => void;
  readonly setExitCode: (code: number) => void;
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
  const what = `${hcoCrd} is not installed`;
  results.set("outcome", "precondition-missing");
  results.set("summary", what);
  results.set("error-code", "BASE-RUN-02");
  setExitCode(baselineExit.preconditionMissing);
  summarize({
    id: "BASE-RUN-02",
    what,
    why: "the baseline is kept for a virtualization platform, and this cluster has none",
    fix: "install OpenShift Virtualization, or name the cluster that has it",
  });
}
