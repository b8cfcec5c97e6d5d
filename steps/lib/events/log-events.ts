import type { Logger, LogPlace } from "../log/logger.ts";
import type { PhaseEvent } from "../phase/types.ts";
import { eventLines } from "./event-lines.ts";
import type { RunEvent } from "./run-event.ts";

/** Writes what a run tells of itself to its log. */
export function logEvent(log: Logger, event: RunEvent): void {
  for (const { level, message, fields } of eventLines(event)) log[level](message, fields);
}

/** Of a count that goes up one by one every twentieth is enough. */
function passesTwentieth(last: number, { done, total }: { readonly done: number; readonly total: number }): boolean {
  return done === total || Math.floor((done * 20) / total) > Math.floor((last * 20) / total);
}

/**
 * Turns what the phase runner reports into log lines.
 *
 * @param at told where the run is, so that lines which others write say it, too
 */
export function logEvents(log: Logger, at: (place: LogPlace) => void): (event: PhaseEvent) => void {
  let written = 0;
  return (event) => {
    switch (event.type) {
      case "phase-started":
        at({ phase: event.phase, step: undefined });
        break;
      case "step-started":
        written = 0;
        at({ phase: event.phase, step: event.step });
        break;
      case "progress": {
        const last = event.done < written ? 0 : written;
        if (!passesTwentieth(last, event)) return;
        written = event.done;
        break;
      }
    }
    logEvent(log, event);
    if (event.type === "phase-ended") at({ phase: undefined, step: undefined });
  };
}
