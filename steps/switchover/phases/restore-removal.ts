import type { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { Action, Wait } from "../../lib/phase/types.ts";
import { waitOn } from "../../lib/phase/types.ts";
import { describeStorage, isUsable } from "../acm/backup-storage.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { AcmRestore } from "../acm/hub-objects.ts";
import { acmRestores } from "../acm/resources.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { switchoverError } from "../switchover-error.ts";
import { archive } from "./activation/passive-snapshot.ts";
import { describeVelero, type HubContext, restoresOf, storageOf, veleroPodsOf, veleroRestoresOf } from "./hub-reads.ts";
import { ms, type SwitchoverContext } from "./switchover-context.ts";

/** What ends a deletion that hangs. */
export const deletionAdvice =
  "the deletion is accepted and ends by itself once Velero runs, its storage location is Available and the backup operator runs; then resume";

function stillThere(hub: HubName, why: string): FairleadError {
  return switchoverError(
    "SW-FIN-01",
    { what: `the Restores of the ${hub} hub are still there`, why, fix: deletionAdvice },
    "timeout",
  );
}

/** How long Restores have to go, and what becomes of a deletion that takes longer; an error by default. */
export interface RemovalLimit {
  readonly timeoutMs?: number;
  readonly onHang?: (note: string) => FairleadError | { readonly warning: string };
}

function untilGone<H extends HubName>(
  context: HubContext<H> & Pick<SwitchoverContext, "tuning">,
  hub: H,
  restores: readonly AcmRestore[],
  { timeoutMs = ms(context.tuning.restoreDeleteWait), onHang = (note) => stillThere(hub, note) }: RemovalLimit,
): Wait {
  const uids = new Set(restores.map((restore) => restore.metadata.uid ?? ""));
  return waitOn({
    title: `waiting until ${restores.length} Restore(s) of the ${hub} hub are gone`,
    sources: {
      restores: restoresOf.live(context, hub),
      veleroRestores: veleroRestoresOf.live(context, hub),
      storage: storageOf.live(context, hub),
      velero: veleroPodsOf.live(context, hub),
    },
    decide: (live) => {
      const left = live.restores.filter((restore) => uids.has(restore.metadata.uid ?? ""));
      if (left.length === 0) {
        return { state: "done", note: "gone" };
      }
      const named = left.map(
        ({ metadata }) => `${metadata.name} (finalizers: ${(metadata.finalizers ?? []).join(", ") || "none"})`,
      );
      const velero = live.veleroRestores
        .filter((one) => uids.has(one.ownerUid))
        .map((one) => `${one.name} ${one.phase || "without a phase"}`);
      const storage = live.storage.some(isUsable)
        ? "storage is Available"
        : live.storage.map(describeStorage).join(", ");
      return {
        state: "pending",
        note: `${named.join(", ")}; Velero Restores left: ${velero.join(", ") || "none"}; ${describeVelero(live.velero)}; ${storage}`,
      };
    },
    timeoutMs,
    onTimeout: onHang,
  });
}

/** Archives and deletes Restores, and waits until they are gone: one that is being deleted still counts as active. */
export function removeRestores<H extends HubName>(
  context: HubContext<H> & Pick<SwitchoverContext, "clock" | "tuning">,
  hub: H,
  restores: readonly AcmRestore[],
  limit: RemovalLimit = {},
): readonly Action<OperationMemory>[] {
  const at = new Date(context.clock.now()).toISOString();
  return [
    {
      kind: "remember",
      note: `archive ${restores.map((restore) => restore.metadata.name).join(", ")}`,
      update: (memory) => archive(memory, restores, at),
    },
    ...restores
      .filter((restore) => restore.metadata.deletionTimestamp === undefined)
      .map(
        ({ metadata }): Action<OperationMemory> => ({
          kind: "write",
          change: {
            target: hub,
            resource: acmRestores,
            ref: { name: metadata.name, namespace: context.namespaces.backup },
            summary: `delete Restore ${metadata.name}`,
            verb: "delete",
            precondition: metadata.uid === undefined ? {} : { uid: metadata.uid },
            requestTimeoutMs: ms(context.tuning.deleteRequest),
          },
        }),
      ),
    { kind: "wait", wait: untilGone(context, hub, restores, limit) },
  ];
}
