import { findPassiveRestore } from "../../acm/acm-restore.ts";
import { describeStorage } from "../../acm/backup-storage.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { judgePassiveRestore, type PassiveRestoreState } from "../../acm/passive-restore.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import { nameList } from "../name-list.ts";
import type { HubObservation } from "../observation.ts";
import { allOf, valueOr } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

/** The secondary keeps itself up to date by a Restore that can be activated. */
export const passiveRestore: Check = {
  id: "passive-restore",
  number: 24,
  name: "Passive sync works",
  hubs: ["secondary"],
  modes: "passive",
  remedy:
    "make a Restore on the new hub with syncRestoreWithNewBackups and managed clusters skip, or mend what its status names; method full needs none",
  onResume: "until-activation",
  evaluate: ({ secondary }, settings) =>
    judge(allOf(secondary.restores, secondary.veleroRestores), {
      hub: "secondary",
      unreadable: "critical",
      decide: ([restores, veleroRestores]) => {
        const restore = findPassiveRestore(restores);
        if (restore === undefined && settings.remakesPassiveRestore === true) {
          return [passed("secondary", "deleted by this operation, which goes on from there")];
        }
        if (restore === undefined) {
          return [
            critical(
              "secondary",
              `namespace ${settings.namespaces.backup} has no Restore with syncRestoreWithNewBackups`,
              "create a passive sync Restore (managed clusters skip, credentials and resources latest), or use method full",
            ),
          ];
        }
        if (restore.metadata.deletionTimestamp !== undefined) {
          return [beingDeleted(restore.metadata.name, settings)];
        }
        const state = judgePassiveRestore({
          restore,
          veleroRestores,
          version: valueOr(secondary.acm, undefined)?.version ?? { known: false, text: "" },
          isOurs: isOurs(restore, settings),
          activationMethod: settings.activationMethod,
        });
        return report(restore.metadata.name, state, storageProblems(secondary));
      },
    }),
};

function isOurs(restore: AcmRestore, { activatedRestoreUid }: PreflightSettings): boolean {
  return activatedRestoreUid !== undefined && restore.metadata.uid === activatedRestoreUid;
}

/** Whatever its phase says: one that goes cannot be activated. */
function beingDeleted(name: string, { remakesPassiveRestore }: PreflightSettings): Finding {
  return remakesPassiveRestore === true
    ? passed("secondary", `${name} is being deleted by this operation, which waits for its end`)
    : critical("secondary", `${name} is being deleted`, "wait until it is gone, then create it anew");
}

function report(name: string, state: PassiveRestoreState, storage: string): readonly Finding[] {
  switch (state.state) {
    case "ready":
      return ready(name, state.unfinished, state.hiddenFailures);
    case "settling":
      return [passed("secondary", `${name}: ${state.why}; the activation waits for Enabled`)];
    case "ended-with-data":
      return [warning("secondary", `${name}: ${state.why}`, "see the Velero Restores that its status names")];
    case "degraded": {
      const message = `${name}: ${state.why}${storage}`;
      const fix = "mend what the message names and wait until the Restore is Enabled";
      return [state.complete ? warning("secondary", message, fix) : critical("secondary", message, fix)];
    }
    case "retrying":
      return [
        critical(
          "secondary",
          `${name}: ${state.why}${storage}`,
          "mend the cause and wait until the Restore is Enabled",
        ),
      ];
    case "dead":
      return [critical("secondary", `${name}: ${state.why}${storage}`, state.fix)];
  }
}

function ready(name: string, unfinished: readonly string[], hiddenFailures: readonly string[]): readonly Finding[] {
  const verdict = passed(
    "secondary",
    unfinished.length === 0 ? `${name} is Enabled` : `${name} is Enabled; still running: ${nameList(unfinished)}`,
  );
  return hiddenFailures.length === 0
    ? [verdict]
    : [
        verdict,
        warning(
          "secondary",
          `${name} is Enabled, which hides that ${nameList(hiddenFailures)}`,
          "see `velero restore describe` of those, mend the cause and wait for the next sync",
        ),
      ];
}

function storageProblems({ storageLocations }: HubObservation): string {
  const down = valueOr(storageLocations, []).filter(({ phase }) => phase !== "Available");
  return down.length === 0 ? "" : `; backup storage: ${nameList(down.map(describeStorage))}`;
}
