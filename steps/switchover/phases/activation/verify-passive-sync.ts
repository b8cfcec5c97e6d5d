import type { Action, StepPlan, Wait } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { findPassiveRestore, syncIntervalSeconds, type VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import { needsFreshPassive } from "../../acm/acm-version.ts";
import { annotation } from "../../acm/constants.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { judgePassiveRestore } from "../../acm/passive-restore.ts";
import { acmRestores } from "../../acm/resources.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { backupsOf, restoresOf, veleroRestoresOf } from "../hub-reads.ts";
import { removeRestores } from "../restore-removal.ts";
import { ms, type SwitchoverContext, switchoverStep } from "../switchover-context.ts";
import {
  type BeforeActivation,
  readBeforeActivation,
  refuseActiveSchedule,
  waitThenLook,
  waitUntilStorage,
  waitUntilVisible,
} from "./before-activation.ts";
import { staleKinds } from "./fresh-passive.ts";
import { hasRemovedPassive, restoreFrom, snapshotOf } from "./passive-snapshot.ts";
import { backToSkip } from "./stop-activation.ts";

type Plan = StepPlan<OperationMemory>;

const syncRequestMs = 60_000;

function untilEnabled(context: SwitchoverContext, name: string, timeoutSeconds: number): Wait {
  return waitOn({
    title: `waiting until Restore ${name} is Enabled and its Velero Restores have ended`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
    },
    decide: ({ restores, veleroRestores }) => {
      const restore = restores.find((candidate) => candidate.metadata.name === name);
      if (restore === undefined) {
        return { state: "pending", note: "the Restore is not there" };
      }
      const judged = judge(context, restore, veleroRestores);
      if (judged.state === "ready" && judged.unfinished.length === 0) {
        return { state: "done", note: "Enabled" };
      }
      return {
        state: "pending",
        note: judged.state === "ready" ? `in progress: ${judged.unfinished.join(", ")}` : judged.why,
      };
    },
    timeoutMs: ms(timeoutSeconds),
    onTimeout: (note) =>
      switchoverError(
        "SW-ACT-03",
        {
          what: `Restore ${name} on the new hub did not become Enabled in ${timeoutSeconds} s`,
          why: note,
          fix: "mend what the message names on the new hub, then resume; nothing was activated",
        },
        "timeout",
      ),
  });
}

function judge(context: SwitchoverContext, restore: AcmRestore, veleroRestores: readonly VeleroRestoreSummary[]) {
  const { version } = context.hubs.secondary;
  const { activationMethod } = context.settings;
  return judgePassiveRestore({ restore, veleroRestores, version, isOurs: false, activationMethod });
}

function untilFresh(context: SwitchoverContext, restore: AcmRestore): Wait {
  const { name } = restore.metadata;
  return waitOn({
    title: `waiting until Restore ${name} holds the newest backups`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
      backups: backupsOf.live(context, "secondary"),
    },
    decide: ({ restores, veleroRestores, backups }) => {
      const current = restores.find((candidate) => candidate.metadata.name === name);
      const stale = current === undefined ? ["the Restore is gone"] : staleKinds(current, veleroRestores, backups);
      const enabled = current?.status?.phase === "Enabled";
      return stale.length === 0 && enabled
        ? { state: "done", note: "holds the newest backups" }
        : {
            state: "pending",
            note: stale.length === 0 ? `phase is ${current?.status?.phase ?? ""}` : stale.join(", "),
          };
    },
    timeoutMs: ms(syncIntervalSeconds(restore) + context.tuning.syncMargin),
    onTimeout: (note) =>
      switchoverError(
        "SW-ACT-05",
        {
          what: `Restore ${name} on the new hub did not take over the newest backups`,
          why: note,
          fix: "look at the Restore's status; the operator looks for newer backups at its interval. Then resume; nothing was changed",
        },
        "timeout",
      ),
  });
}

function requestSync(context: SwitchoverContext, restore: AcmRestore): readonly Action<OperationMemory>[] {
  const asked = Date.parse(restore.metadata.annotations?.[annotation.syncRequest] ?? "");
  const now = context.clock.now();
  if (now - asked < syncRequestMs) {
    return [];
  }
  const { name } = restore.metadata;
  return [
    {
      kind: "write",
      change: {
        target: "secondary",
        resource: acmRestores,
        ref: { name, namespace: context.namespaces.backup },
        summary: `ask the operator to look for newer backups of Restore ${name}`,
        verb: "merge-patch",
        patch: { metadata: { annotations: { [annotation.syncRequest]: new Date(now).toISOString() } } },
      },
    },
  ];
}

function rebuildOrRefuse(context: SwitchoverContext): Plan {
  const memory = context.memory();
  const { passive_snapshot: snapshot } = memory;
  if (snapshot === undefined || !hasRemovedPassive(memory)) {
    return {
      state: "refused",
      error: switchoverError("SW-ACT-02", {
        what: "the new hub has no passive Restore",
        why: "method passive activates the fleet through a Restore with syncRestoreWithNewBackups: true",
        fix: "create one with managed clusters skip, credentials and resources latest, wait until it is Enabled, then resume",
      }),
    };
  }
  return waitThenLook(
    `make Restore ${snapshot.name} anew, which this operation deleted`,
    {
      kind: "write",
      change: {
        target: "secondary",
        resource: acmRestores,
        ref: { name: snapshot.name, namespace: snapshot.namespace },
        summary: `create passive Restore ${snapshot.name}`,
        verb: "create",
        body: restoreFrom(snapshot),
      },
    },
    { kind: "wait", wait: untilEnabled(context, snapshot.name, context.tuning.restoreWait) },
  );
}

function planRestore(seen: BeforeActivation, restore: AcmRestore, context: SwitchoverContext): Plan | undefined {
  const judged = judge(context, restore, seen.veleroRestores);
  const { name } = restore.metadata;
  // Replaced by another Restore, it need not be alive: what it restored is there.
  if (judged.state === "ended-with-data" && context.settings.activationMethod === "restore") {
    return undefined;
  }
  if (judged.state === "dead" || judged.state === "ended-with-data") {
    const fix = judged.state === "dead" ? judged.fix : "delete this Restore and create it anew";
    const text = { what: `Restore ${name} on the new hub cannot be activated`, why: judged.why, fix };
    return { state: "refused", error: switchoverError("SW-ACT-07", text) };
  }
  if (judged.state !== "ready" || judged.unfinished.length > 0) {
    return waitThenLook("wait until the passive sync has settled", {
      kind: "wait",
      wait: untilEnabled(context, name, context.tuning.passiveSettle),
    });
  }
  return undefined;
}

function planPassive(seen: BeforeActivation, context: SwitchoverContext): Plan | undefined {
  const restore = findPassiveRestore(seen.restores);
  if (restore === undefined) {
    return rebuildOrRefuse(context);
  }
  if (restore.metadata.uid === context.memory().abandoned_activation?.uid) {
    return waitThenLook(
      `take the activation through Restore ${restore.metadata.name} back`,
      ...backToSkip(restore, context),
      ...removeRestores(context, "secondary", [restore], { timeoutMs: ms(context.tuning.restoreWait) }),
    );
  }
  return (
    planRestore(seen, restore, context) ??
    waitUntilVisible(seen.primaryBackups, seen.backups, context) ??
    waitUntilFresh(seen, restore, context)
  );
}

function waitUntilFresh(seen: BeforeActivation, restore: AcmRestore, context: SwitchoverContext): Plan | undefined {
  const { version } = context.hubs.secondary;
  if (
    !needsFreshPassive(version, context.settings.activationMethod) ||
    staleKinds(restore, seen.veleroRestores, seen.backups).length === 0
  ) {
    return undefined;
  }
  return waitThenLook("wait until the newest backups are restored", ...requestSync(context, restore), {
    kind: "wait",
    wait: untilFresh(context, restore),
  });
}

function keepSnapshot(restore: AcmRestore | undefined): Plan {
  const snapshot = restore === undefined ? undefined : snapshotOf(restore);
  return {
    state: "act",
    note: `Restore ${restore?.metadata.name} is ready and up to date`,
    actions: [
      {
        kind: "remember",
        note: `keep a copy of Restore ${restore?.metadata.name}`,
        update: (memory) => (snapshot === undefined ? memory : { ...memory, passive_snapshot: snapshot }),
      },
    ],
    afterwards: "done",
  };
}

/** Proves that the passive Restore of the new hub holds the newest data and can be activated; keeps a copy of it. */
export const verifyPassiveSync = switchoverStep<BeforeActivation>({
  name: "verify_passive_sync",
  title: "Check that the new hub holds the newest data",
  // Once activated the passive Restore is no longer one: the record is the proof.
  onResume: "trust-record",
  skip: ({ settings }) => (settings.method === "full" ? "method full needs no passive sync" : undefined),
  read: readBeforeActivation,
  plan(seen, context) {
    return (
      refuseActiveSchedule(seen.schedules, context) ??
      planPassive(seen, context) ??
      waitUntilStorage(seen.storage, context) ??
      keepSnapshot(findPassiveRestore(seen.restores))
    );
  },
});
