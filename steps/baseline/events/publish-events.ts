import type { JsonObject } from "../../lib/json/json.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { CallOptions, KubeClient, KubeObject, Resource } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import { reasonOf } from "../failure/reason-of.ts";
import { type EventOrigin, eventName, eventWrite } from "./event-object.ts";
import type { RunEvent } from "./run-event.ts";

const events: Resource = {
  group: "events.k8s.io",
  version: "v1",
  plural: "events",
  kind: "Event",
  scope: "namespaced",
};

export interface EventTarget {
  readonly client: KubeClient;
  readonly origin: EventOrigin;
  readonly log: Logger;
  readonly options: CallOptions;
}

async function publish(event: RunEvent, { client, origin, options }: EventTarget): Promise<void> {
  const { namespace, uid } = origin.regarding;
  const existing = await client.find(events, { name: eventName(event, uid), namespace }, options);
  const write = eventWrite(event, existing as unknown as JsonObject | undefined, origin); // the API answers in JSON
  switch (write.write) {
    case "none":
      return;
    case "create":
      await client.create(events, write.object as unknown as KubeObject, options); // it has a name
      return;
    case "patch":
      await client.mergePatch(events, write, write.patch, options);
  }
}

/** Writes the Events of a run until `signal` ends that. What is not told so stands in the report, and fails nothing. */
export async function publishEvents(all: readonly RunEvent[], target: EventTarget): Promise<void> {
  for (const event of all) {
    try {
      await publish(event, target);
    } catch (error) {
      if (target.options.signal.aborted) {
        target.log.warn(`the Event ${event.reason} of ${event.target} and those after it were not written in time`);
        return;
      }
      target.log.warn(`the Event ${event.reason} of ${event.target} could not be written: ${reasonOf(error)}`);
      if (isKubeError(error, "Forbidden")) return;
    }
  }
}
