import type { BaselineBench } from "./baseline-bench.ts";

const writing: ReadonlySet<string> = new Set(["create", "update", "patch", "delete", "deletecollection"]);
/** What every run writes for itself: its lock, its state, its Events. */
const housekeeping = /^(leases|events) |^configmaps .*virt-platform-autopilot-state$/;

/**
 * What was written since the server's audit log was forgotten last, as `verb resource namespace/name`, by the log. Not
 * what was only tried, nor what was refused.
 */
export async function writesOf({ server }: BaselineBench): Promise<readonly string[]> {
  const events = await server.auditEvents();
  return events.flatMap(({ verb, requestURI, responseStatus, objectRef }) => {
    const isRefused = (responseStatus?.code ?? 0) >= 400;
    const isTried = requestURI.includes("dryRun=All");
    if (!writing.has(verb) || isTried || isRefused || objectRef === undefined) return [];
    const { resource = "", namespace = "", name = "" } = objectRef;
    return [`${resource} ${verb} ${namespace}/${name}`];
  });
}

/** The same without what every run writes for itself. */
export async function changesOf(bench: BaselineBench): Promise<readonly string[]> {
  return (await writesOf(bench)).filter((write) => !housekeeping.test(write));
}
