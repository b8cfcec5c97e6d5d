import {
  findPassiveRestore,
  namedVeleroRestores,
  syncIntervalSeconds,
  type VeleroRestoreSummary,
} from "../../acm/acm-restore.ts";
import { type BackupSummary, type RestorableType, resolveLatest } from "../../acm/backup.ts";
import type { AcmRestore } from "../../acm/hub-objects.ts";
import { formatSpan } from "../age.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../finding.ts";
import { backupHub } from "../observation.ts";
import { allOf } from "../reading.ts";

const passiveTypes = ["credentials", "resources", "resourcesGeneric"] as const satisfies readonly RestorableType[];
const toleranceSeconds = 600;
const fix = "wait for the next sync: the operator looks for new backups only at the Restore's interval";

/** The passive Restore has restored what the primary backed up last; each kind by itself, as a sync may mix sets. */
export const passiveFreshness: Check = {
  id: "passive-freshness",
  number: 25,
  name: "Passive data is fresh",
  hubs: ["secondary"],
  modes: "passive",
  remedy: "wait for the next sync: the operator looks for new backups only at the Restore's interval",
  onResume: "until-activation",
  evaluate: (observation) => {
    const { secondary } = observation;
    const source = backupHub(observation);
    return judge(allOf(source.backups, secondary.backups, secondary.restores, secondary.veleroRestores), {
      hub: "secondary",
      unreadable: "critical",
      decide: ([made, visible, restores, veleroRestores]) => {
        const restore = findPassiveRestore(restores);
        if (restore === undefined) {
          return [skipped("secondary", "there is no passive Restore, see passive-restore")];
        }
        const findings = passiveTypes.flatMap((type) => {
          const newest = resolveLatest(made, type);
          const restored = restoredBackup(restore, type, veleroRestores, [...visible, ...made]);
          return newest === undefined ? [] : [compare(type, newest, restored, syncIntervalSeconds(restore))];
        });
        return findings.length > 0
          ? findings
          : [skipped("secondary", `the ${source.hub} has no backup to compare with, see backup-status`)];
      },
    });
  },
};

/** The backup that the Velero Restore of that kind came from, if status, Velero Restore and Backup are all still there. */
export function restoredBackup(
  restore: AcmRestore,
  type: RestorableType,
  veleroRestores: readonly VeleroRestoreSummary[],
  backups: readonly BackupSummary[],
): BackupSummary | undefined {
  const name = namedVeleroRestores(restore).find(({ kind }) => kind === type)?.name;
  const backupName = veleroRestores.find((one) => one.name === name)?.backupName;
  return backups.find((backup) => backup.name === backupName);
}

function compare(
  type: RestorableType,
  newest: BackupSummary,
  restored: BackupSummary | undefined,
  intervalSeconds: number,
): Finding {
  if (restored?.startedAt === undefined || newest.startedAt === undefined) {
    return warning("secondary", `${type}: cannot tell which backup was restored; the newest is ${newest.name}`, fix);
  }
  const behindMs = newest.startedAt - restored.startedAt;
  if (behindMs <= 0) {
    return passed("secondary", `${type}: ${restored.name} is restored`);
  }
  const message = `${type}: ${restored.name} is restored, ${formatSpan(behindMs)} behind ${newest.name}`;
  return behindMs <= (intervalSeconds + toleranceSeconds) * 1000
    ? warning("secondary", message, fix)
    : critical("secondary", message, fix);
}
