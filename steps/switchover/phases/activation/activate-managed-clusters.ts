import type { StepPlan } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { resolveLatest } from "../../acm/backup.ts";
import type { StorageLocation } from "../../acm/backup-storage.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { acmRestores } from "../../acm/resources.ts";
import { timestampGranularityMs } from "../../acm/timestamp.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, storageOf, veleroRestoresOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import { waitUntilStorage } from "./before-activation.ts";
import { planCreatedRestore, type RestoreWorld } from "./create-restore.ts";
import { recreatePassive } from "./recreate-passive.ts";
import { tellRefusal } from "./refused-write.ts";

interface Seen extends RestoreWorld {
  readonly storage: readonly StorageLocation[];
  /** Clock of the new hub, ms since the epoch. */
  readonly hubTime: number;
}

type Plan = StepPlan<OperationMemory>;

function alreadyLatest(restore: AcmRestore, memory: OperationMemory): Plan {
  if (memory.activation?.restoreUid === restore.metadata.uid) {
    return { state: "done", note: "this operation has activated it" };
  }
  return {
    state: "refused",
    error: switchoverError("SW-ACT-08", {
      what: `Restore ${restore.metadata.name} on the new hub is already set to activate`,
      why: "its managed clusters are `latest`, and this operation did not set that",
      fix: "find out who did; delete this Restore and create a passive one, then resume",
    }),
  };
}

function waitForEnabled(context: SwitchoverContext, name: string): Plan {
  const wait = waitOn({
    title: `waiting until Restore ${name} is Enabled`,
    sources: { restores: restoresOf.live(context, "secondary") },
    decide: ({ restores }) => {
      const phase = restores.find((candidate) => candidate.metadata.name === name)?.status?.phase ?? "";
      // From ACM 2.16 an admission webhook refuses the activation from any other phase.
      return phase === "Enabled"
        ? { state: "done", note: "Enabled" }
        : { state: "pending", note: `phase is ${phase || "empty"}` };
    },
    timeoutMs: ms(context.tuning.passiveSettle),
    onTimeout: (note) =>
      switchoverError(
        "SW-ACT-17",
        {
          what: `Restore ${name} on the new hub did not become Enabled`,
          why: note,
          fix: "look at its status on the new hub, then resume; nothing was activated",
        },
        "timeout",
      ),
  });
  return { state: "act", note: "wait for Enabled", actions: [{ kind: "wait", wait }], afterwards: "plan-again" };
}

function activate(seen: Seen, restore: AcmRestore, context: SwitchoverContext): Plan {
  const { name, uid = "" } = restore.metadata;
  const expected = resolveLatest(seen.backups, "managedClusters");
  if (expected === undefined) {
    return {
      state: "refused",
      error: switchoverError("SW-ACT-09", {
        what: "the new hub sees no backup of the managed clusters",
        why: "`latest` would restore nothing",
        fix: "make a backup on the old hub, wait until it is synced, then resume",
      }),
    };
  }
  const activation = {
    restoreName: name,
    restoreUid: uid,
    expectedManagedClustersBackup: expected.name,
    appliedAt: seen.hubTime - timestampGranularityMs,
  };
  return {
    state: "act",
    note: `activate ${expected.name} through Restore ${name}`,
    actions: [
      {
        kind: "remember",
        note: `this operation activates Restore ${name}`,
        update: (memory) => ({ ...memory, activation }),
      },
      {
        kind: "write",
        change: {
          target: "secondary",
          resource: acmRestores,
          ref: { name, namespace: context.namespaces.backup },
          summary: `activate the managed clusters of ${expected.name} (Restore ${name}: managed clusters latest)`,
          verb: "merge-patch",
          patch: { spec: { veleroManagedClustersBackupName: "latest" } },
          precondition: { uid },
        },
      },
    ],
    afterwards: "done",
  };
}

/** The point of no return: from here on the new hub claims the clusters. */
export const activateManagedClusters = switchoverStep<Seen>({
  name: "activate_managed_clusters",
  title: "Activate the managed clusters on the new hub",
  onResume: "trust-record",
  skip: ({ settings }) => (settings.method === "full" ? "method full activates by create_full_restore" : undefined),
  async read(context) {
    const [restores, veleroRestores, backups, storage, { serverTime }] = await Promise.all([
      restoresOf.once(context, "secondary"),
      veleroRestoresOf.once(context, "secondary"),
      backupsOf.once(context, "secondary"),
      storageOf.once(context, "secondary"),
      context.clients.secondary.serverVersion({ signal: context.signal }),
    ]);
    return { restores, veleroRestores, backups, storage, hubTime: serverTime };
  },
  plan(seen, context) {
    if (context.settings.activationMethod === "patch") return planPatch(seen, context);
    // Once the passive Restore was deleted there is nothing left to spare by waiting.
    const isBegun = context.memory().activation_plan !== undefined;
    return (isBegun ? undefined : waitUntilStorage(seen.storage, context)) ?? planCreatedRestore(seen, context);
  },
  // Only a created Restore takes something away first.
  onFailure: async (error, context) => [...tellRefusal(error), ...(await recreatePassive(context))],
});

function planPatch(seen: Seen, context: SwitchoverContext): Plan {
  const name = context.memory().passive_snapshot?.name;
  const restore = seen.restores.find((candidate) => candidate.metadata.name === name);
  if (restore === undefined) {
    return {
      state: "refused",
      error: switchoverError("SW-ACT-02", {
        what: "the new hub has no passive Restore",
        why: "it was there when the activation was prepared",
        fix: "create one with managed clusters skip, credentials and resources latest, wait until it is Enabled, then resume",
      }),
    };
  }
  if ((restore.spec?.veleroManagedClustersBackupName ?? "").trim().toLowerCase() === "latest") {
    return alreadyLatest(restore, context.memory());
  }
  if (restore.status?.phase !== "Enabled") {
    return waitForEnabled(context, restore.metadata.name);
  }
  return waitUntilStorage(seen.storage, context) ?? activate(seen, restore, context);
}
