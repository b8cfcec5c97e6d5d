import { logEvents } from "../../lib/events/log-events.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { PhaseOutcome } from "../../lib/phase/run-phase.ts";
import type { PhaseEvent } from "../../lib/phase/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { signalWorkspaces } from "../signal-workspaces.ts";
import type { GivenHub } from "./given-hubs.ts";
import type { Operation } from "./open-operation.ts";
import { keyPathOf, openAudit } from "./operation-audit.ts";
import { openNotices } from "./operation-notices.ts";

/** What an operation of its own beside a switchover tells to others than who watches it. */
export interface StandaloneSignals {
  /** Clients whose writes stand in the audit trail. */
  watch<C extends Readonly<Record<string, KubeClient>>>(clients: C): C;
  readonly emit: (event: PhaseEvent) => void;
  /** Tells how it ended; what failed was told when it failed. */
  ended(outcome: PhaseOutcome, sentence: string): void;
}

type Context = Pick<
  CommandContext<Record<never, never>>,
  "log" | "clock" | "random" | "run" | "signal" | "onExit" | "at"
> & { workspace(name: keyof typeof signalWorkspaces): string | undefined };

const labels = { primary: "Old hub", secondary: "New hub" } as const;

/** For a dry run, which tells nobody but who started it. */
export function plainSignals(log: Logger, at: Context["at"]): StandaloneSignals {
  return { watch: (clients) => clients, emit: logEvents(log, at), ended: () => undefined };
}

/**
 * Opens notices and the audit trail of an operation whose locks are held, and closes them when the run ends.
 *
 * @param name what is done now; the state may be that of another operation, whose work this one undoes
 * @throws FairleadError AUDIT-01 for a key that cannot be used (exit 2)
 */
export async function openStandaloneSignals(
  context: Context,
  operation: Operation,
  { name, hubs }: { readonly name: string; readonly hubs: readonly GivenHub[] },
): Promise<StandaloneSignals> {
  const { run, log, at } = context;
  const document = operation.document();
  const { operation_id: operationId } = document;
  const subject = { operation: name, operationId, dryRun: false };
  const audit = await openAudit({
    context,
    ...subject,
    stateFile: operation.stateFile,
    keyPath: keyPathOf(context.workspace("audit-key")),
  });
  context.onExit(() => audit.close());
  const facts = hubs.map((hub) => ({ label: labels[hub.name], value: hub.facts.id }));
  const notices = await openNotices(context, context.workspace("notifications"), { ...subject, hubs: facts });
  context.onExit(() => notices.settled());
  notices.follow(document, run.uid);
  const lines = logEvents(log, at);
  return {
    watch: (clients) => audit.watch(clients),
    emit: (event) => {
      lines(event);
      audit.take(event);
      notices.take(event);
    },
    ended: (outcome, sentence) => {
      if (outcome.state === "done") notices.ended({ outcome: "succeeded", summary: sentence });
    },
  };
}
