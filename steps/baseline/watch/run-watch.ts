import { loadValidator } from "../../lib/schema/load-validator.ts";
import { loadShippedAssets } from "../catalog/load-shipped-assets.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { durationMs } from "../duration.ts";
import { requestOf } from "../reconcile/request-of.ts";
import { baselineStateSchema } from "../state/baseline-state.schema.ts";
import { type AnswerTools, answerTouches } from "./answer-touches.ts";
import type { WatchContext } from "./declaration.ts";
import { PlatformFollower } from "./follow-platform.ts";
import { serveHealth } from "./health-server.ts";
import { pauseAfterFailures } from "./pause-after-failures.ts";
import { Readiness } from "./readiness.ts";
import { TouchQueue } from "./touch-queue.ts";

async function toolsOf(context: WatchContext): Promise<AnswerTools> {
  const { params, clock, log, signal, random, run } = context;
  const name = `watch-${random.hex(4)}`;
  let runs = 0;
  return {
    client: await openCluster({ ...context, workspace: () => undefined, isInCluster: params["in-cluster"] }),
    loaded: await loadShippedAssets(),
    validate: await loadValidator("baseline-state", () => baselineStateSchema),
    request: requestOf({ ...params, assets: "", "dry-run": false }),
    lockWaitMs: durationMs(params["lock-wait"]),
    pushgatewayUrl: params["pushgateway-url"],
    toolVersion: run.toolVersion,
    runId: () => {
      runs += 1;
      return `${name}-${runs}`;
    },
    clock,
    log,
    signal,
  };
}

/** One run for each burst of changes; what a failed run leaves is tried again with what changed meanwhile. */
async function answerForEver(
  context: WatchContext,
  tools: AnswerTools,
  queue: TouchQueue,
  readiness: Readiness,
): Promise<never> {
  const { clock, random, log } = context;
  const { signal } = tools;
  let failures = 0;
  for (;;) {
    const touches = await queue.next(signal);
    const answer = await answerTouches(touches, tools);
    readiness.tell("the last run", answer.state === "failed" ? answer.why : undefined);
    if (answer.state === "done") {
      failures = 0;
      continue;
    }
    failures += 1;
    const pauseMs = pauseAfterFailures(failures, random.next());
    log.warn(`the run failed and is tried again in ${Math.ceil(pauseMs / 1000)} s: ${answer.why}`);
    queue.add(touches);
    await clock.sleep(pauseMs, signal);
  }
}

/** The work of the command `baseline watch`: never ends by itself. @throws KubeError where something cannot be followed */
export async function runWatch(context: WatchContext): Promise<void> {
  const { params, clock, log, signal, onExit } = context;
  const readiness = new Readiness();
  const port = params["health-port"];
  if (port !== 0) onExit((await serveHealth(readiness, port)).close);
  const stopped = new AbortController();
  const ending = AbortSignal.any([signal, stopped.signal]);
  const tools = await toolsOf({ ...context, signal: ending });
  const queue = new TouchQueue(clock, {
    quietMs: durationMs(params.quiet),
    atMostMs: durationMs(params["at-most"]),
  });
  const follower = new PlatformFollower({
    ...tools,
    namespace: params.namespace,
    assets: tools.loaded.assets,
    onTouch: (touches) => queue.add(touches),
    onTrouble: (collection, why) => readiness.tell(collection, why),
  });
  let answering: Promise<never> | undefined;
  try {
    await follower.start();
    readiness.start();
    log.info("watching the HyperConverged, its CRDs and the objects of the baseline");
    // What changed before it was there to see is found by a first look at everything.
    queue.add([{ what: "hco" }]);
    answering = answerForEver(context, tools, queue, readiness);
    await Promise.race([answering, follower.failed]);
  } finally {
    stopped.abort();
    // A run that is at work stores what it did and gives the lock back.
    await Promise.allSettled([answering, follower.stopped()]);
  }
}
