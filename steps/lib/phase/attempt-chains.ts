import pLimit from "p-limit";
import type { KubeClient } from "../kube/types.ts";
import { applyChange } from "./apply-change.ts";
import { asFairleadError } from "./phase-errors.ts";
import { clientOf } from "./step-run.ts";
import type { Chain, ChainOutcome, Change, PhaseContext } from "./types.ts";

interface Attempt {
  readonly chains: readonly Chain[];
  readonly concurrency?: number;
}

/**
 * Does chains of writes at bounded concurrency, the writes of each in order and read again. What fails ends its own
 * chain only; an interruption ends all.
 *
 * @returns what became of each, in order
 */
export async function attemptChains(
  { chains, concurrency = 16 }: Attempt,
  context: PhaseContext<unknown>,
  progress: (done: number, outcome: ChainOutcome) => void,
): Promise<readonly ChainOutcome[]> {
  const limit = pLimit(concurrency);
  let done = 0;
  async function one({ name, changes }: Chain): Promise<ChainOutcome> {
    context.signal.throwIfAborted();
    const outcome = await outcomeOf(name, changes, context);
    done += 1;
    progress(done, outcome);
    return outcome;
  }
  return await Promise.all(chains.map((chain) => limit(() => one(chain))));
}

async function outcomeOf(
  name: string,
  changes: readonly Change[],
  context: PhaseContext<unknown>,
): Promise<ChainOutcome> {
  try {
    await performChain(changes, context);
    return { name };
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, error: asFairleadError(error, `attempting ${name}`) };
  }
}

async function performChain(changes: readonly Change[], context: PhaseContext<unknown>): Promise<void> {
  const { signal } = context;
  const opened = new Map<string, KubeClient>();
  try {
    for (const change of changes) {
      signal.throwIfAborted();
      await applyChange(await clientFor(change.target, context, opened), change, { signal, verify: "re-read" });
    }
  } finally {
    await Promise.all([...opened.values()].map((client) => client.close()));
  }
}

async function clientFor(
  target: string,
  context: PhaseContext<unknown>,
  opened: Map<string, KubeClient>,
): Promise<KubeClient> {
  if (context.clients[target] !== undefined || context.open === undefined) return clientOf(context, target);
  const known = opened.get(target);
  if (known !== undefined) return known;
  const client = await context.open(target);
  opened.set(target, client);
  return client;
}
