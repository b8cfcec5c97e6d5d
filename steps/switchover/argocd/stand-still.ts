import type { Source } from "../../lib/kube/live-collection.ts";
import { type Seen, type Wait, waitOn } from "../../lib/phase/types.ts";
import { ms } from "../phases/switchover-context.ts";
import {
  type ApplicationSummary,
  describeApplication,
  describeMaker,
  isSameApplication,
  type PausedLook,
} from "./application.ts";
import type { ArgoContext } from "./argo-context.ts";
import { argoCd } from "./argo-keeper.ts";
import type { Keeper } from "./keeper.ts";

// Beside the watch, which sees each change at once.
const pollMs = 10_000;
const namesTold = 3;

function named(looks: readonly PausedLook[]): string {
  const more = looks.length > namesTold ? `, and ${looks.length - namesTold} more` : "";
  return `${looks.slice(0, namesTold).map(describeApplication).join(", ")}${more}`;
}

/** Whether these stand still. Pure. One that was turned on again ends the wait: what to do then is for the planner. */
export function judgeStandStill(
  held: readonly ApplicationSummary[],
  live: readonly PausedLook[],
  time: { readonly elapsedMs: number; readonly settleMs: number },
  keeper: Keeper = argoCd,
): Seen {
  const looks = live.filter((look) => held.some((application) => isSameApplication(application, look)));
  const on = looks.filter(({ automated }) => automated);
  if (on.length > 0) return { state: "done", note: `turned on again: ${named(on)}` };
  const syncing = looks.filter((look) => look.syncing);
  if (syncing.length > 0) return { state: "pending", note: `${keeper.words.busy} is under way: ${named(syncing)}` };
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
export function standStill(
  held: readonly ApplicationSummary[],
  { clients, tuning }: ArgoContext,
  keeper: Keeper = argoCd,
): Wait {
  const hubs = [...new Set(held.map(({ hub }) => hub))];
  const sources: Readonly<Record<string, Source<PausedLook>>> = Object.fromEntries(
    hubs.flatMap((name) => {
      const client = clients[name];
      if (client === undefined) return [];
      const kinds = keeper.kinds.filter(({ kind }) => held.some((one) => one.hub === name && one.kind === kind));
      return kinds.map(({ resource, watch }) => [`${name} ${resource.kind}`, watch({ name, client })] as const);
    }),
  );
  const settleMs = held.some(({ madeBy }) => madeBy !== undefined) ? ms(tuning.argocdSettle) : 0;
  return waitOn({
    title: `waiting until the paused ${keeper.noun} stand still`,
    sources,
    decide: (snapshot, { elapsedMs }) =>
      judgeStandStill(held, Object.values(snapshot).flat(), { elapsedMs, settleMs }, keeper),
    timeoutMs: settleMs + ms(tuning.argocdSyncWait),
    pollMs,
    onTimeout: keeper.errors.restless,
  });
}
