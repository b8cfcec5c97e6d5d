import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { Seen as Look, Wait, WaitTime } from "../../../lib/phase/types.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import type { VeleroRestoreSummary } from "../../acm/acm-restore.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import type { Activation } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { Grace } from "../grace.ts";
import { restoresOf, storageOf, veleroPodsOf, veleroRestoresOf } from "../hub-reads.ts";
import { ms, type SwitchoverContext } from "../switchover-context.ts";
import { type BackupServices, troubleOf } from "./backup-trouble.ts";
import { type ActivationView, activationRestores, hasEnded, judgeActivation } from "./judge-activation.ts";
import { activationEnded, activationFailed, activationVanished } from "./take-back.ts";

/** What an activation is judged by. */
export function viewOf(
  restore: AcmRestore,
  veleroRestores: readonly VeleroRestoreSummary[],
  activation: Activation,
  context: SwitchoverContext,
): ActivationView {
  return { restore, veleroRestores, activation, allowPartial: context.settings.allowPartialRestore };
}

function failure(name: string, why: string): FairleadError {
  return switchoverError(activationFailed, {
    what: `the activation through Restore ${name} failed`,
    why,
    fix: "mend what the message names on the new hub, then resume: it is activated anew",
  });
}

function endedBadly(name: string, why: string): FairleadError {
  return switchoverError(activationEnded, {
    what: `Restore ${name} ended, and the activation is not whole`,
    why,
    fix: "nothing runs any more: use rollback to return to the old hub; or, where Velero restored a part only, look what is missing on the new hub and resume with allow-partial-restore",
  });
}

function unproven(name: string, why: string): FairleadError {
  return switchoverError(activationEnded, {
    what: `Restore ${name} ended, and nothing proves that it activated the clusters`,
    why: `${why}: someone deleted it, or Velero did together with the backup it was made of`,
    fix: "find out who deleted it, and look which clusters are on the new hub; use rollback to return to the old hub, make a backup there and start again",
  });
}

function vanished(name: string): FairleadError {
  return switchoverError(activationVanished, {
    what: `Restore ${name} on the new hub disappeared during the activation`,
    why: "someone or something deleted it",
    fix: "find out who did; create the passive Restore anew and resume, or use rollback",
  });
}

function nothingActivated(name: string, note: string): FairleadError {
  return switchoverError(
    "SW-ACT-11",
    {
      what: `Restore ${name} ended and nothing was activated`,
      why: `${note}; an acm-restore-clusters backup, if there is one, proves nothing and makes the old hub's schedule collide`,
      fix: "look at the Restore's status on the new hub; use rollback to return to the old hub",
    },
    "timeout",
  );
}

interface LiveView extends BackupServices {
  readonly restores: readonly AcmRestore[];
  readonly veleroRestores: readonly VeleroRestoreSummary[];
}

interface Tolerances {
  /** For an error that may pass, and for an end that may not be all. */
  readonly error: Grace;
  /** For Velero Restores that Velero has not looked at. */
  readonly silence: Grace;
}

function describeRunning(note: string, view: ActivationView, time: WaitTime, silence: Grace): string {
  if (activationRestores(view).every(({ phase }) => phase !== "")) {
    silence.reset();
    return note;
  }
  return silence.isOver(time) ? `${note}; Velero does not work on the new hub` : note;
}

function decide(
  live: LiveView,
  time: WaitTime,
  activation: Activation,
  context: SwitchoverContext,
  { error: grace, silence }: Tolerances,
): Look {
  const { restoreName } = activation;
  const restore = live.restores.find((candidate) => candidate.metadata.uid === activation.restoreUid);
  if (restore === undefined) {
    return { state: "failed", error: vanished(restoreName) };
  }
  const view = viewOf(restore, live.veleroRestores, activation, context);
  const judged = judgeActivation(view);
  const trouble = troubleOf(live);
  switch (judged.state) {
    case "complete":
      return { state: "done", note: "the Restore and all its Velero Restores have ended" };
    case "failed": {
      const tell = judged.stillActive ? failure : endedBadly;
      return { state: "failed", error: tell(restoreName, `${judged.why}${trouble}`) };
    }
    case "gone": {
      // The two kinds are watched apart: a name can be seen before what it names.
      if (!grace.isOver(time)) return { state: "pending", note: judged.note };
      const tell = judged.stillActive ? failure : unproven;
      return { state: "failed", error: tell(restoreName, judged.note) };
    }
    case "running":
      grace.reset();
      return { state: "pending", note: `${describeRunning(judged.note, view, time, silence)}${trouble}` };
    case "nothing-yet":
      return grace.isOver(time)
        ? { state: "failed", error: nothingActivated(restoreName, judged.note) }
        : { state: "pending", note: judged.note };
    case "retrying": {
      // Velero goes on while its storage is lost, and the Restore can still end well.
      if (judged.moving) {
        grace.reset();
        return { state: "pending", note: `${judged.note}${trouble}` };
      }
      return grace.isOver(time)
        ? { state: "failed", error: failure(restoreName, `${judged.note}${trouble}`) }
        : { state: "pending", note: `${judged.note}${trouble}` };
    }
  }
}

const veleroPart = "veleroRestoreWait";

/**
 * Until the Restore of an activation has ended, then until every Velero Restore of it has: each has its own limit, and
 * the second one's clock begins with it.
 */
export function untilEnded(context: SwitchoverContext, activation: Activation): Wait {
  const { restoreName, restoreUid } = activation;
  const { tuning } = context;
  const graceMs = ms(tuning.errorGrace);
  const tolerances: Tolerances = { error: new Grace(graceMs), silence: new Grace(graceMs) };
  return waitOn({
    title: `waiting for the activation through Restore ${restoreName}`,
    sources: {
      restores: restoresOf.live(context, "secondary"),
      veleroRestores: veleroRestoresOf.live(context, "secondary"),
      storage: storageOf.live(context, "secondary"),
      velero: veleroPodsOf.live(context, "secondary"),
    },
    decide: (live, time) => {
      const seen = decide(live, time, activation, context, tolerances);
      const restore = live.restores.find(({ metadata }) => metadata.uid === restoreUid);
      if (seen.state !== "pending" || restore === undefined || !hasEnded(restore)) return seen;
      return { ...seen, part: { name: veleroPart, timeoutMs: ms(tuning.veleroRestoreWait) } };
    },
    timeoutMs: ms(tuning.restoreWait),
    pollMs: ms(tuning.restorePoll),
    onTimeout: (note, part) => {
      const limit = part === veleroPart ? veleroPart : "restoreWait";
      return switchoverError(
        "SW-ACT-13",
        {
          what: `the activation through Restore ${restoreName} did not end in time`,
          why: `${note} (tuning ${limit}: ${tuning[limit]} s)`,
          fix: "it goes on by itself: resume to wait for it, or use rollback to stop it",
        },
        "timeout",
      );
    },
  });
}
