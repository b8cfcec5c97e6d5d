import type { TestApiServer } from "../../../support/api-servers.ts";

/** Answers (HTTP status) to what the program wrote to Restores, by verb; what only asked is left out. */
export async function restoreWrites(server: TestApiServer): Promise<readonly string[]> {
  const events = await server.auditEvents();
  return events
    .filter(({ userAgent, objectRef }) => userAgent?.startsWith("fairlead/") && objectRef?.resource === "restores")
    .filter(({ objectRef }) => objectRef?.apiGroup === "cluster.open-cluster-management.io")
    .filter(({ verb, requestURI }) => !["get", "list", "watch"].includes(verb) && !requestURI.includes("dryRun=All"))
    .map(({ verb, responseStatus }) => `${verb} ${responseStatus?.code}`);
}
