import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { errorWords } from "./error-words.ts";
import { isKubeError } from "./kube-error.ts";
import type { KubeClient, KubeObject, ObjectRef, Resource } from "./types.ts";

interface KubeEvent extends KubeObject {
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly regarding: Readonly<Record<string, string>>;
  readonly note: string;
  readonly type: "Normal" | "Warning";
}

/** Exported for permission lists: verb `create`. */
export const kubeEvents: Resource<KubeEvent> = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
  scope: "namespaced",
};

export interface EventText {
  readonly type: "Normal" | "Warning";
  /** Why, as one word for machines: `ScheduleRestored`. */
  readonly reason: string;
  /** What was done, as one word: `Switchover`. */
  readonly action: string;
  /** For people; cut at 1 kB. */
  readonly note: string;
}

export interface EventWriterOptions {
  readonly client: KubeClient;
  /** A qualified name: `fairlead.dev/switchover`. */
  readonly controller: string;
  /** Which run. */
  readonly instance: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

// Limits of events.k8s.io/v1 (Kubernetes 1.35), in bytes.
const longestNote = 1024;
const longestWord = 128;
const longestName = 253;
const timeoutMs = 5000;

function cut(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  // A character that is cut in two becomes a replacement character of three bytes: leave room for it.
  return buffer.length <= bytes ? text : `${buffer.subarray(0, bytes - 6).toString("utf8")}…`;
}

/** Writes Kubernetes Events beside an operation, as `kubectl describe` shows them. They inform; nothing depends on them. */
export class EventWriter {
  private readonly options: EventWriterOptions;
  private isOff = false;

  constructor(options: EventWriterOptions) {
    this.options = options;
  }

  /**
   * Writes one Event about an object, in its namespace (`default` for an object of the cluster). Never fails: what goes
   * wrong is a warning, and where the permission is missing it is the only one.
   *
   * @example await events.write(restores, restore.metadata, { type: "Normal", reason: "Activated", action: "Switchover", note: "…" }, signal);
   */
  async write(
    resource: Resource,
    regarding: ObjectRef & { readonly uid?: string },
    text: EventText,
    signal: AbortSignal,
  ): Promise<void> {
    const { client, log } = this.options;
    if (this.isOff || signal.aborted) {
      return;
    }
    try {
      const event = this.event(resource, regarding, text);
      await client.create(kubeEvents, event, { signal, attempts: 1, requestTimeoutMs: timeoutMs });
    } catch (error) {
      this.isOff = isKubeError(error, "Forbidden", "KindAbsent");
      const after = this.isOff ? "; no more are written" : "";
      log.warn(`could not write an Event about ${resource.kind} ${regarding.name}${after}: ${errorWords(error)}`);
    }
  }

  private event(resource: Resource, regarding: ObjectRef & { readonly uid?: string }, text: EventText): KubeEvent {
    const { clock, random, controller, instance } = this.options;
    const { name, namespace, uid } = regarding;
    const group = resource.group === "" ? "" : `${resource.group}/`;
    const suffix = `.${random.hex(8)}`;
    return {
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: `${name.slice(0, longestName - suffix.length)}${suffix}`, namespace: namespace ?? "default" },
      // MicroTime wants six digits.
      eventTime: new Date(clock.now()).toISOString().replace(/(\.\d{3})Z$/, "$1000Z"),
      reportingController: controller,
      reportingInstance: cut(instance, longestWord),
      action: cut(text.action, longestWord),
      reason: cut(text.reason, longestWord),
      regarding: {
        apiVersion: `${group}${resource.version}`,
        kind: resource.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
      },
      note: cut(text.note, longestNote),
      type: text.type,
    };
  }
}
