import type { AuditEvent } from "../../../support/api-servers.ts";
import type { KubeRequest, Match } from "../../../support/fault-proxy/types.ts";

const verbs: ReadonlySet<string> = new Set(["create", "update", "patch", "delete"]);

/** Dry runs and questions in the form of a creation are none. */
export function isWrite({ verb, resource, path }: KubeRequest): boolean {
  return verbs.has(verb) && !resource.startsWith("selfsubject") && !path.includes("dryRun=All");
}

/** `patch kubedeschedulers cluster` */
export function describeWrite({ verb, resource, name }: KubeRequest): string {
  return `${verb} ${resource} ${name}`.trim();
}

const itsOwn: ReadonlySet<string> = new Set(["leases", "events", "configmaps"]);

/** What the program had the server write to objects of the baseline, sorted: `patch uiplugins monitoring`. */
export function carriedOut(events: readonly AuditEvent[]): readonly string[] {
  return events
    .filter(({ verb, requestURI, userAgent = "", objectRef, responseStatus }) => {
      const isOurs = userAgent.startsWith("fairlead/") && (responseStatus?.code ?? 500) < 300;
      const isReal = verbs.has(verb) && !requestURI.includes("dryRun=All");
      const resource = objectRef?.resource ?? "";
      return isOurs && isReal && !itsOwn.has(resource) && !resource.startsWith("selfsubject");
    })
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource} ${objectRef?.name}`)
    .toSorted();
}

/** The apply itself of an object of that resource, which was read and tried by then. */
export function applyOf(resource: string): Match {
  return (request) => request.verb === "patch" && request.resource === resource && isWrite(request);
}
