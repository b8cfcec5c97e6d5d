import { logEvents } from "../../lib/events/log-events.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { PhaseEvent } from "../../lib/phase/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";

/** Who shows how the phases go. */
export interface PhaseView {
  readonly emit: (event: PhaseEvent) => void;
  readonly past: (phase: string, note: string) => void;
  readonly close: () => Promise<void>;
}

/** A list that a terminal redraws, where there is one; log lines everywhere else. */
export async function openPhaseView(
  { terminal, at }: Pick<CommandContext<Record<never, never>>, "terminal" | "at">,
  log: Logger,
  phases: readonly string[],
): Promise<PhaseView> {
  const giveBack = terminal.takeScreen();
  if (giveBack === undefined) return { emit: logEvents(log, at), past: () => undefined, close: async () => undefined };
  const { LivePhaseList } = await import("../../lib/phase/live-list.ts");
  const list = new LivePhaseList(phases);
  const lines = logEvents(log, at);
  return {
    // Of the lines only warnings and errors outlive the list.
    emit: (event) => {
      lines(event);
      list.take(event);
    },
    past: (phase, note) => list.past(phase, note),
    close: async () => {
      await list.close();
      giveBack();
    },
  };
}
