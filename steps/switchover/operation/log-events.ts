import type { Logger } from "../../lib/log/logger.ts";
import type { PhaseEvent } from "../../lib/phase/types.ts";

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;
const counted = /^(\d+) of (\d+) /;

function waiting(log: Logger, event: Extract<PhaseEvent, { type: "waiting" }>): void {
  const match = counted.exec(event.note);
  const count = match === null ? {} : { done: Number(match[1]), total: Number(match[2]) };
  log.info(`waiting: ${event.note}`, { phase: event.phase, step: event.step, ...count });
}

/** Turns what the phase runner reports into log lines; `done` and `total` are counted on by those who follow a run. */
export function logEvents(log: Logger): (event: PhaseEvent) => void {
  return (event) => {
    const where = "step" in event ? { phase: event.phase, step: event.step } : { phase: event.phase };
    switch (event.type) {
      case "phase-started":
        log.info(`phase ${event.phase}: ${event.steps.length} steps`, where);
        break;
      case "phase-ended":
        log.info(`phase ${event.phase} ${event.state} in ${seconds(event.durationMs)}`, where);
        break;
      case "step-started":
        log.info(event.title, where);
        break;
      case "step-done":
        log.info(`done in ${seconds(event.durationMs)}: ${event.note}`, where);
        break;
      case "step-already-done":
        log.info(`already done: ${event.note}`, where);
        break;
      case "step-skipped":
        log.info(`skipped: ${event.note}`, where);
        break;
      case "step-planned":
        for (const change of event.changes) {
          log.info(`[DRY-RUN] ${change.verb} ${change.object}: ${change.summary}`, { ...where, hub: change.target });
        }
        break;
      case "waiting":
        waiting(log, event);
        break;
      case "progress":
        log.info(`${event.done} of ${event.total} written`, { ...where, done: event.done, total: event.total });
        break;
      case "warning":
        log.warn(event.note, where);
        break;
      case "step-failed":
        log.error(`${event.error.text.id}: ${event.error.text.what}: ${event.error.text.why}`, where);
        break;
      case "step-interrupted":
        log.warn(`interrupted: ${event.error.text.why}`, where);
        break;
    }
  };
}
