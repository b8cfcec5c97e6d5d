import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { redactText } from "../log/redact-text.ts";
import { DeliveryFailed, type Notice, type Target } from "./types.ts";

export interface NotifierOptions {
  readonly targets: readonly Target[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

const maxAttempts = 4;
const firstPauseMs = 1_000;
const longestPauseMs = 20_000;
/** A run that has much to tell must not grow without bound while a receiver is slow. */
const maxWaiting = 50;

/** Texts come from clusters and servers: neither secrets nor control characters leave with them. */
export function safeNotice(notice: Notice): Notice {
  const line = (text: string, limit: number): string => {
    const safe = redactText(text).replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
    return safe.length > limit ? `${safe.slice(0, limit - 1)}…` : safe;
  };
  return {
    ...notice,
    title: line(notice.title, 200),
    text: line(notice.text, 2_000),
    facts: notice.facts.slice(0, 20).map(({ label, value }) => ({ label: line(label, 60), value: line(value, 300) })),
  };
}

function wants(target: Target, { kind }: Notice): boolean {
  return target.kinds.includes(kind);
}

/**
 * Sends notices to targets beside the work, each target in order and by itself. Never throws and never fails an operation:
 * what cannot be delivered is a warning in the log that names the target.
 *
 * @example
 * const notifier = new Notifier({ targets, clock, random, log });
 * notifier.tell(notice);
 * await notifier.settled(20_000);
 */
export class Notifier {
  private readonly options: NotifierOptions;
  private readonly queues = new Map<string, Promise<void>>();
  private readonly waiting = new Map<string, number>();
  private readonly end = new AbortController();

  constructor(options: NotifierOptions) {
    this.options = options;
  }

  /** Does not wait. */
  tell(notice: Notice): void {
    const safe = safeNotice(notice);
    for (const target of this.options.targets.filter((candidate) => wants(candidate, notice)))
      this.enqueue(target, safe);
  }

  /** Resolves when all is delivered or given up; after `limitMs` what is left is given up. */
  async settled(limitMs: number): Promise<void> {
    const { clock } = this.options;
    const done = new AbortController();
    const limit = clock.sleep(limitMs, done.signal).then(
      () => this.end.abort(new Error(`the run ended before it was delivered, ${limitMs / 1_000} s later`)),
      () => undefined,
    );
    await Promise.all(this.queues.values());
    done.abort();
    await limit;
  }

  private enqueue(target: Target, notice: Notice): void {
    const { log, random } = this.options;
    const count = this.waiting.get(target.name) ?? 0;
    if (count >= maxWaiting) {
      log.warn(`notification target ${target.name} is too slow: "${notice.title}" is not sent to it`);
      return;
    }
    this.waiting.set(target.name, count + 1);
    const delivery = random.hex(16);
    const before = this.queues.get(target.name) ?? Promise.resolve();
    const sent = before.then(async () => {
      await this.deliver(target, notice, delivery);
      this.waiting.set(target.name, (this.waiting.get(target.name) ?? 1) - 1);
    });
    this.queues.set(target.name, sent);
  }

  private async deliver(target: Target, notice: Notice, delivery: string): Promise<void> {
    const { log } = this.options;
    try {
      await this.attempts(target, notice, delivery);
      log.debug(`notification target ${target.name} was told of ${notice.kind}`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log.warn(`notification target ${target.name} was not told of ${notice.kind}: ${why}; the operation goes on`);
    }
  }

  private async attempts(target: Target, notice: Notice, delivery: string): Promise<void> {
    const { clock, random } = this.options;
    const { signal } = this.end;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await target.send(notice, delivery, signal);
        return;
      } catch (error) {
        if (!(error instanceof DeliveryFailed) || !error.passing || attempt === maxAttempts) throw error;
        const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * random.next();
        await clock.sleep(Math.min(longestPauseMs, Math.max(pause, error.retryAfterMs)), signal);
      }
    }
  }
}
