import { type Source, source } from "../../lib/kube/live-collection.ts";
import { type Seen, type Wait, waitOn } from "../../lib/phase/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { Application } from "../acm/hub-objects.ts";
import { applications } from "../acm/resources.ts";
import { ms } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import {
  type ApplicationSummary,
  describeApplication,
  describeMaker,
  isAutomated,
  isSameApplication,
  isSyncing,
} from "./application.ts";
import type { ArgoContext } from "./argo-context.ts";

/** What a paused Application is looked at for. */
export type PausedLook = Pick<ApplicationSummary, "hub" | "namespace" | "name" | "automated" | "syncing">;

// Beside the watch, which sees each change at once.
const pollMs = 10_000;
const namesTold = 3;

function lookOn(hub: HubName): (application: Application) => PausedLook {
  return (application) => ({
    hub,
    namespace: application.metadata.namespace ?? "",
    name: application.metadata.name,
    automated: isAutomated(application.spec?.syncPolicy),
    syncing: isSyncing(application),
  });
}

function named(looks: readonly PausedLook[]): string {
  const more = looks.length > namesTold ? `, and ${looks.length - namesTold} more` : "";
  return `${looks.slice(0, namesTold).map(describeApplication).join(", ")}${more}`;
}

/** Whether these stand still. Pure. One that was turned on again ends the wait: what to do then is for the planner. */
export function judgeStandStill(
  held: readonly ApplicationSummary[],
  live: readonly PausedLook[],
  time: { readonly elapsedMs: number; readonly settleMs: number },
): Seen {
  const looks = live.filter((look) => held.some((application) => isSameApplication(application, look)));
  const on = looks.filter(({ automated }) => automated);
  if (on.length > 0) return { state: "done", note: `turned on again: ${named(on)}` };
  const syncing = looks.filter((look) => look.syncing);
  if (syncing.length > 0) return { state: "pending", note: `a sync is under way: ${named(syncing)}` };
  if (time.elapsedMs < time.settleMs) {
    const makers = [...new Set(held.flatMap(({ madeBy }) => (madeBy === undefined ? [] : [describeMaker(madeBy)])))];
    return { state: "pending", note: `looking whether ${makers.slice(0, namesTold).join(", ")} turns them on again` };
  }
  return { state: "done", note: "they stand still" };
}

/**
 * Waits until no sync of the paused Applications is under way, and looks for a while whether those that something else
 * makes stay paused. Both are needed with Argo CD 3.1: a sync that was begun goes on, retries included, when
 * `automated` goes; its ApplicationSet controller writes a policy back at once, a parent Application within seconds.
 */
export function standStill(held: readonly ApplicationSummary[], { clients, tuning }: ArgoContext): Wait {
  const hubs = [...new Set(held.map(({ hub }) => hub))];
  const sources: Readonly<Record<string, Source<PausedLook>>> = Object.fromEntries(
    hubs.flatMap((hub) => {
      const client = clients[hub];
      return client === undefined ? [] : [[hub, source(client, applications, {}, lookOn(hub))]];
    }),
  );
  const settleMs = held.some(({ madeBy }) => madeBy !== undefined) ? ms(tuning.argocdSettle) : 0;
  return waitOn({
    title: "waiting until the paused Applications stand still",
    sources,
    decide: (snapshot, { elapsedMs }) => judgeStandStill(held, Object.values(snapshot).flat(), { elapsedMs, settleMs }),
    timeoutMs: settleMs + ms(tuning.argocdSyncWait),
    pollMs,
    onTimeout: (note) =>
      switchoverError(
        "SW-ARGO-11",
        {
          what: "the paused Argo CD Applications do not come to rest",
          why: note,
          fix: "let the sync end, or end it (argocd app terminate-op NAME), then resume; tuning argocdSyncWait is how long this waits",
        },
        "timeout",
      ),
  });
}
