import type { Clock } from "../clock/clock.ts";
import { isKubeError } from "./kube-error.ts";
import type { Snapshot, Source } from "./live-collection.ts";
import type { CallOptions, KubeObject } from "./types.ts";

export interface FollowOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Rhythm of the net below the watch, and of the looks where the role lacks `watch`; milliseconds. */
  readonly pollMs: number;
  /** Called after each change of `snapshot()` or `trouble`. */
  readonly onChange: () => void;
  readonly onWarning: (message: string) => void;
}

// A kind that does not exist yet cannot be watched: its creation must still be seen within about a second.
const absentKindPollMs = 1000;

interface Item {
  readonly key: string;
  readonly value: unknown;
}

/** One collection kept current in memory, projected; whole again after each interruption. */
export class LiveReader {
  private readonly source: Source;
  private readonly items = new Map<string, unknown>();
  private sorted: readonly unknown[] | undefined;
  private complete = false;
  private currentTrouble: string | undefined;

  constructor(source: Source) {
    this.source = source;
  }

  /** `undefined` until the first list has arrived. In order of namespace and name. */
  snapshot(): readonly unknown[] | undefined {
    if (!this.complete) {
      return undefined;
    }
    this.sorted ??= [...this.items.entries()]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([, item]) => item);
    return this.sorted;
  }

  /** Why the collection cannot be seen as it is now; `undefined` while it can. */
  get trouble(): string | undefined {
    return this.currentTrouble;
  }

  /** Lists once. A kind that the server does not know is an empty collection. @throws KubeError */
  async list(options: CallOptions): Promise<void> {
    const { client, resource, query } = this.source;
    try {
      const { items } = await client.list(resource, query, { ...options, project: this.project });
      this.replace(items);
    } catch (error) {
      if (!isKubeError(error, "KindAbsent")) {
        throw error;
      }
      this.replace([]);
    }
    this.currentTrouble = undefined;
  }

  /** Keeps the collection current until the signal. @throws KubeError that lasts; the signal's reason */
  async follow(options: FollowOptions): Promise<void> {
    for (;;) {
      try {
        await this.watch(options);
      } catch (error) {
        options.signal.throwIfAborted();
        if (isKubeError(error, "Forbidden") && error.attempt?.verb === "watch") {
          options.onWarning(`${error.text.what}; looking every ${options.pollMs / 1000} s instead: ${error.text.fix}`);
          return await this.poll(options);
        }
        if (!isKubeError(error, "KindAbsent")) {
          throw error;
        }
        this.replace([]);
        // The server is there and has answered, whatever was wrong with it before.
        this.currentTrouble = undefined;
        options.onChange();
        await options.clock.sleep(Math.min(absentKindPollMs, options.pollMs), options.signal);
      }
    }
  }

  private async watch({ signal, pollMs, onChange }: FollowOptions): Promise<void> {
    const { client, resource, query } = this.source;
    const onTrouble = (why: string | undefined): void => {
      this.currentTrouble = why;
      onChange();
    };
    const events = client.watch(resource, query, { signal, relistMs: pollMs, onTrouble, project: this.project });
    for await (const event of events) {
      if (event.type === "replaced") {
        this.replace(event.items);
      } else {
        this.sorted = undefined;
        if (event.type === "deleted") {
          this.items.delete(event.object.key);
        } else {
          this.items.set(event.object.key, event.object.value);
        }
      }
      onChange();
    }
  }

  private async poll(options: FollowOptions): Promise<void> {
    for (;;) {
      try {
        await this.list({ signal: options.signal });
      } catch (error) {
        options.signal.throwIfAborted();
        if (!isKubeError(error) || !error.transient) {
          throw error;
        }
        this.currentTrouble = error.text.why;
      }
      options.onChange();
      await options.clock.sleep(options.pollMs, options.signal);
    }
  }

  private replace(items: readonly Item[]): void {
    this.items.clear();
    for (const { key, value } of items) {
      this.items.set(key, value);
    }
    this.sorted = undefined;
    this.complete = true;
  }

  private readonly project = (object: KubeObject): Item => ({
    key: `${object.metadata.namespace ?? ""}/${object.metadata.name}`,
    value: this.source.project(object),
  });
}

/**
 * Lists every source once, side by side: what `decide` of a wait would see now.
 *
 * @throws KubeError
 * @example const { schedules } = await readOnce({ schedules: source(hub, backupSchedules, { namespace }, phaseOf) }, signal);
 */
export async function readOnce<S extends Readonly<Record<string, Source>>>(
  sources: S,
  signal: AbortSignal,
): Promise<Snapshot<S>> {
  const entries = Object.entries(sources).map(async ([name, source]) => {
    const reader = new LiveReader(source);
    await reader.list({ signal });
    return [name, reader.snapshot() ?? []] as const;
  });
  // Keys and item types are those of `sources`, from which each entry was made.
  return Object.fromEntries(await Promise.all(entries)) as Snapshot<S>;
}
