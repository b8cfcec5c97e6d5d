import type { CallOptions, KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import { publishEvents } from "../events/publish-events.ts";
import type { RunEvent } from "../events/run-event.ts";
import { identityOf, type ManagedObject } from "../object/managed-object.ts";
import type { RunRecord } from "../run/run-record.ts";

interface Publication {
  readonly hco: ManagedObject;
  readonly record: RunRecord;
  readonly client: KubeClient;
  readonly log: Logger;
  readonly options: CallOptions;
  /** When a run last stored its state, ms since the epoch; absent where that is not known. */
  readonly toldSince?: number;
}

/** Writes the Events of a run about its HyperConverged. */
export async function publishEventsOf(events: readonly RunEvent[], publication: Publication): Promise<void> {
  const { hco, record, client, log, options, toldSince } = publication;
  const uid = hco.metadata["uid"];
  const origin = {
    regarding: { ...identityOf(hco), uid: typeof uid === "string" ? uid : "" },
    runId: record.runId,
    now: record.finishedAt,
    ...(toldSince === undefined ? {} : { toldSince }),
  };
  await publishEvents(events, { client, origin, log, options });
}
