import { noteReads } from "../kube/note-reads.ts";
import type { KubeClient, KubeObject, ObjectRef, Resource } from "../kube/types.ts";

import type { Change, ForeseenObjects } from "../phase/types.ts";
import { mergePatched, touchedBy } from "./merge-patch.ts";
import { essence, shownValue } from "./shown-object.ts";

/** What one write makes of its object. `null`: the object is not there. */
export interface BeforeAndAfter {
  /** Absent where this run has not read the object. */
  readonly before?: unknown;
  /** Absent where it cannot be told without `before`. */
  readonly after?: unknown;
}

function keyOf(target: string, { group, plural }: Resource, { namespace, name }: ObjectRef): string {
  return [target, group, plural, namespace ?? "", name].join("/");
}

/** No step plans to change these; there are many of them, or what they hold is not to lie about in memory. */
const passedOver = new Set(["events", "pods", "secrets"]);

/**
 * What a dry run knows of the objects that it plans to change: as its own steps have read them, and as the writes
 * before would have left them. Sends no request of its own, so that a plan needs no permission beyond the reads of the
 * steps.
 */
export class Foreseen {
  private readonly read = new Map<string, KubeObject | null>();
  private readonly planned: Map<string, KubeObject | null>;

  /** @param left what the writes of an earlier part of the same plan would have left */
  constructor(left: ForeseenObjects = []) {
    this.planned = new Map(left);
  }

  /** For the next part of the same plan, which another process makes. Secrets stay here. */
  left(): ForeseenObjects {
    return [...this.planned].filter(([key]) => !key.split("/").includes("secrets"));
  }

  /** Clients whose reads are remembered. */
  watch<C extends Readonly<Record<string, KubeClient>>>(clients: C): C {
    const watched = Object.entries(clients).map(([target, client]) => [target, this.watchOne(target, client)]);
    return Object.fromEntries(watched) as C; // the same names, each with a client
  }

  /** What was read for a step is of no use to the next one, which reads for itself. */
  forgetReads(): void {
    this.read.clear();
  }

  /** Takes a write as done and tells what it does. */
  take(change: Change): BeforeAndAfter {
    const key = keyOf(change.target, change.resource, change.ref);
    const found = this.planned.has(key) ? this.planned.get(key) : this.read.get(key);
    const shown = (value: unknown): unknown => shownValue(change.resource, value);
    switch (change.verb) {
      case "create": {
        const after = essence(change.body);
        this.planned.set(key, after);
        return { before: null, after: shown(after) };
      }
      case "replace": {
        const after = essence(change.body);
        this.planned.set(key, after);
        return { ...(found === undefined ? {} : { before: shown(found) }), after: shown(after) };
      }
      case "delete":
        this.planned.set(key, null);
        return { ...(found === undefined ? {} : { before: shown(found) }), after: null };
      case "merge-patch": {
        const { patch } = change;
        if (found === undefined || found === null) return {};
        const after = mergePatched(found, patch) as KubeObject; // a patch of an object leaves an object
        if (change.probe !== true) this.planned.set(key, after);
        return { before: shown(touchedBy(patch, found)), after: shown(touchedBy(patch, after)) };
      }
    }
  }

  private watchOne(target: string, client: KubeClient): KubeClient {
    return noteReads(client, {
      found: (resource, object) => {
        if (passedOver.has(resource.plural)) return;
        this.read.set(keyOf(target, resource, object.metadata), essence(object));
      },
      absent: (resource, ref) => this.read.set(keyOf(target, resource, ref), null),
    });
  }
}
