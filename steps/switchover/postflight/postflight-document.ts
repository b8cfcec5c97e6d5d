import type { CheckResult } from "../preflight/finding.ts";
import { chooseInstallation } from "../preflight/projections.ts";
import { valueOr } from "../preflight/reading.ts";
import { sentence, type Verdict } from "../preflight/verdict.ts";
import { type VerdictDocument, verdictDocument } from "../preflight/verdict-document.ts";
import type { NewHub, OldHub, PostflightObservation } from "./observation.ts";

interface ReportedHub {
  readonly server: string;
  readonly id: string;
  readonly acmVersion: string;
  readonly kubernetesVersion: string;
  /** -1 where the clusters could not be listed. */
  readonly clusters: { readonly available: number; readonly total: number };
}

/** The postflight for programs. Field names are a contract. */
export interface PostflightDocument extends VerdictDocument {
  readonly schemaVersion: "1.0";
  readonly runName: string;
  readonly takenAt: string;
  /** `primary`: the old hub, where it was given. */
  readonly hubs: { readonly secondary: ReportedHub; readonly primary?: ReportedHub };
}

/** Pure. */
export function postflightDocument(
  observation: PostflightObservation,
  results: readonly CheckResult[],
  verdict: Verdict,
  runName: string,
): PostflightDocument {
  const { primary, secondary, takenAt } = observation;
  return {
    schemaVersion: "1.0",
    runName,
    takenAt: new Date(takenAt).toISOString(),
    hubs: {
      secondary: reportedHub(secondary),
      ...(primary === undefined ? {} : { primary: reportedHub(primary) }),
    },
    ...verdictDocument(results, verdict, sentence(verdict, "postflight")),
  };
}

function reportedHub({ server, identity, installations, connection, fleet }: NewHub | OldHub): ReportedHub {
  const clusters = valueOr(fleet, undefined);
  return {
    server,
    id: valueOr(identity, undefined)?.id ?? "",
    acmVersion: chooseInstallation(valueOr(installations, []))?.version.text ?? "",
    kubernetesVersion: valueOr(connection, undefined)?.gitVersion ?? "",
    clusters: {
      available: clusters?.filter(({ available }) => available).length ?? -1,
      total: clusters?.length ?? -1,
    },
  };
}
