import { newestOfType } from "../../acm/backup.ts";
import { formatSpan } from "../age.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed } from "../finding.ts";
import { count, nameList } from "../name-list.ts";
import { hubTime, isOldHubDown, type Observation } from "../observation.ts";
import { allOf } from "../reading.ts";

const waitForSync = "wait for Velero's sync on the secondary (about a minute), and see the check bsl";
const fix = "run a backup on the primary and wait until it is Completed";

/** The backup that will be restored holds every cluster. */
export const managedClustersBackup: Check = {
  id: "managed-clusters-backup",
  number: 21,
  name: "Every cluster is in the newest backup",
  hubs: ["primary"],
  modes: "both",
  remedy: "wait for the next backup, or make one now, so that the clusters named are in it",
  onResume: "until-activation",
  evaluate: (observation) => (isOldHubDown(observation) ? judgeCopy(observation) : judgeOwn(observation)),
};

/** Which clusters should be in it nobody can say. */
function judgeCopy(observation: Observation): readonly Finding[] {
  return judge(observation.secondary.backups, {
    hub: "secondary",
    unreadable: "critical",
    decide: (backups) => {
      const backup = newestOfType(backups, "managedClusters");
      if (backup === undefined) {
        return [critical("secondary", "there is no managed-clusters backup", waitForSync)];
      }
      if (backup.phase !== "Completed") {
        const phase = backup.phase === "" ? "without a phase" : backup.phase;
        return [critical("secondary", `the newest managed-clusters backup ${backup.name} is ${phase}`, waitForSync)];
      }
      const age = hubTime(observation, "secondary") - (backup.startedAt ?? 0);
      return [
        passed(
          "secondary",
          `${backup.name} is Completed, begun ${formatSpan(age)} ago; what joined the primary since then is lost`,
        ),
      ];
    },
  });
}

function judgeOwn({ primary }: Observation): readonly Finding[] {
  return judge(allOf(primary.fleet, primary.backups), {
    hub: "primary",
    unreadable: "critical",
    decide: ([fleet, backups]) => {
      const joined = fleet.clusters.filter((cluster) => cluster.joined);
      if (joined.length === 0) {
        return [passed("primary", "no cluster is joined")];
      }
      const backup = newestOfType(backups, "managedClusters");
      if (backup === undefined) {
        return [critical("primary", "there is no managed-clusters backup", fix)];
      }
      if (backup.phase !== "Completed" || backup.startedAt === undefined) {
        const phase = backup.phase === "" ? "without a phase" : backup.phase;
        return [critical("primary", `the newest managed-clusters backup ${backup.name} is ${phase}`, fix)];
      }
      // A backup reads the clusters right after its start, so that one made before its end may be missing in it.
      const startedAt = backup.startedAt;
      const late = joined.filter(({ createdAt }) => createdAt === undefined || createdAt > startedAt);
      return [
        late.length === 0
          ? passed("primary", `${backup.name} holds ${count(joined.length, "joined cluster")}`)
          : critical(
              "primary",
              `created after ${backup.name} began, would be lost: ${nameList(late.map(({ name }) => name))}`,
              fix,
              { clusters: late.map(({ name }) => name) },
            ),
      ];
    },
  });
}
