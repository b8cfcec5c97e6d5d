import type { Clock } from "../../lib/clock/clock.ts";
import { longestTimerMs } from "../../lib/clock/system-clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { SchemaValidator } from "../../lib/schema/validator.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { outcomeOf } from "../failure/exit-code.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { type ConductedRun, conductRun } from "../reconcile/conduct-run.ts";
import { metricsOf, pushMetricsOf } from "../reconcile/push-metrics-of.ts";
import { reconcileReport } from "../report/reconcile-report.ts";
import type { RunRequest } from "../run/run-request.ts";
import { StateStore } from "../state/state-store.ts";
import { type Touch, touchedAssets, touchWords } from "./touch.ts";

export interface AnswerTools {
  readonly client: KubeClient;
  readonly loaded: LoadedAssets;
  readonly validate: SchemaValidator;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** What a run is asked for when everything is looked at. */
  readonly request: RunRequest;
  readonly lockWaitMs: number;
  /** Empty for none. */
  readonly pushgatewayUrl: string;
  readonly toolVersion: string;
  /** A new one for each run: the lock is held by it. */
  readonly runId: () => string;
}

export type Answer =
  | { readonly state: "done" }
  /** The changes still need a run. */
  | { readonly state: "failed"; readonly why: string };

// As the step `baseline reconcile`.
const longestRunMs = 840_000;
const wordsShown = 5;

function changeWords(touches: readonly Touch[]): string {
  const all = [...new Set(touches.map(touchWords))];
  const more = all.length > wordsShown ? ` and ${all.length - wordsShown} more` : "";
  return `${all.slice(0, wordsShown).join(", ")}${more}`;
}

async function requestFor(touches: readonly Touch[], tools: AnswerTools): Promise<RunRequest | undefined> {
  const { client, request, validate, signal, loaded } = tools;
  const state = await new StateStore(client, request.namespace, validate).read({ signal });
  const touched = touchedAssets(touches, loaded.assets, state.value.identities);
  if (touched.scope === "whole") return request;
  return touched.assets.length === 0 ? undefined : { ...request, scope: touched.scope, onlyAssets: touched.assets };
}

async function run(request: RunRequest, tools: AnswerTools): Promise<ConductedRun> {
  const { lockWaitMs, runId } = tools;
  // Who waits for the lock as long as it takes gives a time that no timer has.
  const limit = AbortSignal.timeout(Math.min(lockWaitMs + longestRunMs, longestTimerMs));
  const signal = AbortSignal.any([tools.signal, limit]);
  return await conductRun({ ...tools, request, runId: runId(), lockWaitMs, signal });
}

/**
 * Reconciles what a burst of changes concerns, and tells the log of it. A failed asset is no reason to try again: the
 * schedule does.
 *
 * @throws the signal's reason
 */
export async function answerTouches(touches: readonly Touch[], tools: AnswerTools): Promise<Answer> {
  const { log, signal } = tools;
  try {
    const request = await requestFor(touches, tools);
    if (request === undefined) return { state: "done" };
    const scope = request.scope === "whole" ? "all assets" : request.onlyAssets.join(", ");
    log.info(`changed: ${changeWords(touches)}; reconciling ${scope}`);
    const ran = await run(request, tools);
    if (ran.failure !== undefined) throw ran.failure.error;
    const { record } = ran;
    log.info(reconcileReport(record).summary, { result: outcomeOf(record) });
    await pushMetricsOf(ran, metricsOf(ran, tools.toolVersion), { url: tools.pushgatewayUrl, log, signal });
    return { state: "done" };
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", why: reasonOf(error) };
  }
}
