import { isKubeError } from "./kube-error.ts";
import type { Source } from "./live-collection.ts";
import type { KubeObject } from "./types.ts";

function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

/** One collection kept current in memory, projected; whole again after each reconnection. */
export class LiveReader {
  private readonly items = new Map<string, unknown>();
  private readonly source: Source;
  private complete = false;

  constructor(source: Source) {
    this.source = source;
  }

  /** `undefined` until the first list has arrived. In order of namespace and name. */
  snapshot(): readonly unknown[] | undefined {
    if (!this.complete) {
      return undefined;
    }
    return [...this.items.entries()].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, item]) => item);
  }

  /** Lists once. A kind that the server does not know is an empty collection. */
  async list(signal: AbortSignal): Promise<void> {
    const { client, resource, query, project } = this.source;
    try {
      const result = await client.list(resource, query, {
        signal,
        project: (object: KubeObject) => [keyOf(object), project(object)] as const,
      });
      this.items.clear();
      for (const [key, item] of result.items) {
        this.items.set(key, item);
      }
    } catch (error) {
      if (!isKubeError(error, "KindAbsent")) {
        throw error;
      }
      this.items.clear();
    }
    this.complete = true;
  }

  /** Follows the collection until `signal`; `changed` is called after each event. */
  async follow(signal: AbortSignal, changed: () => void): Promise<void> {
    const { client, resource, query, project } = this.source;
    for await (const event of client.watch(resource, query, { signal })) {
      if (event.type === "replaced") {
        this.items.clear();
        for (const object of event.items) {
          this.items.set(keyOf(object), project(object));
        }
        this.complete = true;
      } else if (event.type === "deleted") {
        this.items.delete(keyOf(event.object));
      } else {
        this.items.set(keyOf(event.object), project(event.object));
      }
      changed();
    }
  }
}

/** Lists every source once, side by side. @throws KubeError */
export async function readOnce(
  sources: Readonly<Record<string, Source>>,
  signal: AbortSignal,
): Promise<Readonly<Record<string, readonly unknown[]>>> {
  const entries = Object.entries(sources).map(async ([name, source]) => {
    const reader = new LiveReader(source);
    await reader.list(signal);
    return [name, reader.snapshot() ?? []] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
