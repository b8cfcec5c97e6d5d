import { source } from "../../../lib/kube/live-collection.ts";
import { waitOn } from "../../../lib/phase/types.ts";
import { type BackupSummary, newestOfType, summariseBackup } from "../../acm/backup.ts";
import { veleroBackups } from "../../acm/resources.ts";
import type { Check, WaitRequest } from "../check.ts";
import { critical, type Finding, judge, passed } from "../finding.ts";
import { nameList } from "../name-list.ts";
import { hubTime, isOldHubDown, type Observation } from "../observation.ts";
import { allOf, valueOr } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

/** The secondary sees the backups that the primary made last. */
export const backupVisibleOnSecondary: Check = {
  id: "backup-visible-on-secondary",
  number: 22,
  name: "Backups are visible on the secondary",
  hubs: ["secondary"],
  modes: "both",
  remedy: "wait for Velero's sync on the new hub (about a minute), and see the check bsl",
  onResume: "until-activation",
  wait: waitForSync,
  evaluate: (observation) => (isOldHubDown(observation) ? judgeSet(observation) : judgeVisible(observation)),
};

/** Nobody can say what the primary made last: what is there must do. */
function judgeSet({ secondary }: Observation): readonly Finding[] {
  return judge(secondary.backups, {
    hub: "secondary",
    unreadable: "critical",
    decide: (visible) => {
      const completed = visible.filter(({ phase }) => phase === "Completed");
      const missing = chosenTypes.filter((type) => newestOfType(completed, type) === undefined);
      return [
        missing.length === 0
          ? passed("secondary", nameList(chooseBackups(completed).map(({ name }) => name)))
          : critical(
              "secondary",
              `no Completed backup of ${nameList(missing)} is visible`,
              "wait for Velero's sync (about a minute); if it does not help see the check bsl",
            ),
      ];
    },
  });
}

function judgeVisible({ primary, secondary }: Observation): readonly Finding[] {
  return judge(allOf(primary.backups, secondary.backups), {
    hub: "secondary",
    unreadable: "critical",
    decide: ([made, visible]) => {
      const chosen = chooseBackups(made);
      if (chosen.length === 0) {
        return [critical("secondary", "the primary has no backup to look for", "see the check backup-status")];
      }
      const missing = missingFrom(visible, chosen);
      return [
        missing.length === 0
          ? passed("secondary", `${nameList(chosen.map(({ name }) => name))}`)
          : critical(
              "secondary",
              `not visible: ${nameList(missing)}`,
              "wait for Velero's sync (about a minute); if it does not help see the checks bsl and same-storage",
            ),
      ];
    },
  });
}

const chosenTypes = ["managedClusters", "credentials", "resources"] as const;

function chooseBackups(backups: readonly BackupSummary[]): readonly BackupSummary[] {
  return chosenTypes.flatMap((type) => {
    const backup = newestOfType(backups, type);
    return backup === undefined ? [] : [backup];
  });
}

function missingFrom(visible: readonly BackupSummary[], chosen: readonly BackupSummary[]): readonly string[] {
  const usable = new Set(visible.filter(({ phase }) => phase !== "Deleting").map(({ name }) => name));
  return chosen.filter(({ name }) => !usable.has(name)).map(({ name }) => name);
}

/**
 * Velero copies finished Backups to the other hub about once a minute, so that one that has just ended may still be on its way.
 * One that ended long ago will not come.
 */
function waitForSync(observation: Observation, settings: PreflightSettings): WaitRequest | undefined {
  const chosen = chooseBackups(valueOr(observation.primary.backups, []));
  const missing = new Set(missingFrom(valueOr(observation.secondary.backups, []), chosen));
  const now = hubTime(observation, "primary");
  const onTheirWay = chosen.filter(
    ({ name, phase, completedAt }) => missing.has(name) && phase === "Completed" && completedAt !== undefined,
  );
  const left = Math.min(
    ...onTheirWay.map(({ completedAt }) => (completedAt ?? 0) + settings.waits.backupSync * 1000 - now),
  );
  if (onTheirWay.length === 0 || onTheirWay.length < missing.size || left <= 0) {
    return undefined;
  }
  return {
    title: `waiting until the secondary sees ${nameList([...missing])}`,
    awaited: [...missing],
    build: (clientOf) =>
      waitOn({
        title: "waiting until the secondary sees the newest backups",
        sources: {
          backups: source(
            clientOf("secondary"),
            veleroBackups,
            { namespace: settings.namespaces.backup },
            summariseBackup,
          ),
        },
        decide: ({ backups }) => {
          const still = missingFrom(backups, onTheirWay);
          return still.length === 0
            ? { state: "done", note: "the secondary sees them" }
            : { state: "pending", note: `not yet visible: ${nameList(still)}` };
        },
        timeoutMs: left,
        pollMs: settings.waits.backupPoll * 1000,
      }),
  };
}
