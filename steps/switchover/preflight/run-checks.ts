import type { Clock } from "../../lib/clock/clock.ts";
import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { waitFor } from "../../lib/kube/wait-for.ts";
import type { Logger } from "../../lib/log/logger.ts";
import { declaredDown, type OfBothHubs, type OfNewHub } from "../hubs.ts";
import { applies, type Check, type ClientOf, type Waited } from "./check.ts";
import type { CheckResult } from "./finding.ts";
import type { Observation, SharedUser } from "./observation.ts";
import { observe } from "./observe.ts";
import type { Reading } from "./reading.ts";
import { checks } from "./registry.ts";
import type { PreflightSettings } from "./settings.ts";
import { tellResults } from "./tell-results.ts";

export interface PreflightInput {
  readonly clients: OfBothHubs<KubeClient> | OfNewHub<KubeClient>;
  /** API server of an old hub that is declared down, where its kubeconfig says it. */
  readonly oldServer?: string;
  readonly settings: PreflightSettings;
  readonly sharedUsers: Reading<readonly SharedUser[]>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface PreflightRun {
  readonly observation: Observation;
  /** In report order. */
  readonly results: readonly CheckResult[];
}

/** Observes both hubs, waits where a check asks for it, and judges all that apply. Never writes to a hub. */
export async function runChecks(input: PreflightInput): Promise<PreflightRun> {
  const applicable = checks.filter((check) => applies(check, input.settings));
  const waited = new Map<string, Waited>();
  let observation = await observe(input);
  for (const check of applicable) {
    const outcome = await waitBefore(check, observation, input);
    if (outcome !== undefined) {
      waited.set(check.id, outcome);
      // All anew: what was read before the wait belongs to another moment.
      observation = await observe(input);
    }
  }
  const results = evaluateChecks(applicable, observation, input.settings, waited);
  tellResults(input.log, results);
  return { observation, results };
}

/** Pure: the verdicts over one observation. */
export function evaluateChecks(
  applicable: readonly Check[],
  observation: Observation,
  settings: PreflightSettings,
  waited: ReadonlyMap<string, Waited> = new Map(),
): readonly CheckResult[] {
  return applicable.flatMap((check) =>
    check.evaluate(observation, settings, waited.get(check.id)).map((finding) => ({
      id: check.id,
      number: check.number,
      name: check.name,
      ...finding,
    })),
  );
}

function clientsOf(clients: PreflightInput["clients"]): ClientOf {
  return (hub) => {
    const client = clients[hub];
    if (client !== undefined) return client;
    throw new FairleadError(
      {
        id: "SW-DOWN-91",
        what: `a check would wait for the ${hub} hub`,
        why: declaredDown,
        fix: "report this: the check must not wait then",
      },
      { exitCode: exitCode.defect },
    );
  };
}

async function waitBefore(check: Check, observation: Observation, input: PreflightInput): Promise<Waited | undefined> {
  const request = check.wait?.(observation, input.settings);
  if (request === undefined) {
    return undefined;
  }
  const { clients, clock, log, signal } = input;
  log.info(request.title, { step: check.id });
  const onNote = (note: string): void => log.info(note, { step: check.id });
  try {
    const { state } = await waitFor(request.build(clientsOf(clients)), { clock, signal, log, onNote });
    return { awaited: request.awaited, outcome: state === "done" ? "ended" : "timed-out" };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) {
      throw error;
    }
    // A wait that cannot watch is no verdict: the check judges what the next look shows.
    log.warn(`${error.message}: ${error.text.why}`, { step: check.id });
    return { awaited: request.awaited, outcome: "timed-out" };
  }
}
