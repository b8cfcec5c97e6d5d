import { findPassiveRestore } from "../../acm/acm-restore.ts";
import { backupState } from "../../discover/hub-facts.ts";
import { critical, judge, passed, skipped, warning } from "../../preflight/finding.ts";
import { count, nameList } from "../../preflight/name-list.ts";
import { allOf } from "../../preflight/reading.ts";
import type { PostflightCheck } from "../check.ts";

/** Pods that write to the object storage, which the new hub's now do. */
const writers = [/^observability-thanos-compact-/, /^observability-observatorium-api-/];

export const oldHubClusters: PostflightCheck = {
  id: "old-hub-clusters",
  number: 19,
  name: "The old hub has let go of the clusters",
  hub: "primary",
  evaluate: ({ fleet }) =>
    judge(fleet, {
      hub: "primary",
      unreadable: "warning",
      decide: (clusters) => {
        const held = clusters.filter(({ available }) => available).map(({ name }) => name);
        return held.length === 0
          ? [passed("primary", "no cluster is available on the old hub")]
          : [
              warning(
                "primary",
                `${count(held.length, "cluster")} still available on the old hub: ${nameList(held)}`,
                "a hub notices the loss of a cluster only after minutes; check again, then see their klusterlets",
                { clusters: held },
              ),
            ];
      },
    }),
};

export const oldHubSchedule: PostflightCheck = {
  id: "old-hub-schedule",
  number: 20,
  name: "The old hub makes no backups",
  hub: "primary",
  evaluate: ({ schedules }) =>
    judge(schedules, {
      hub: "primary",
      unreadable: "warning",
      decide: (found) => {
        const state = backupState(found);
        if (state.state === "none") {
          return [passed("primary", "there is no BackupSchedule")];
        }
        return state.state === "paused"
          ? [passed("primary", `BackupSchedule ${state.name} is paused`)]
          : [
              warning(
                "primary",
                `BackupSchedule ${state.name} is not paused (${state.phase || "no phase"})`,
                "pause it: two hubs that write to one storage spoil each other's backups",
              ),
            ];
      },
    }),
};

export const oldHubObservability: PostflightCheck = {
  id: "old-hub-observability",
  number: 21,
  name: "Observability of the old hub is idle",
  hub: "primary",
  evaluate: ({ observabilities, observabilityPods }, { skipObservabilityChecks }) => {
    if (skipObservabilityChecks) {
      return [skipped("primary", "skipped by skip-observability-checks")];
    }
    return judge(allOf(observabilities, observabilityPods), {
      hub: "primary",
      unreadable: "critical",
      decide: ([instances, pods]) => {
        const writing = pods.filter(({ name }) => writers.some((pattern) => pattern.test(name)));
        if (instances.length === 0) {
          return [passed("primary", "there is no MultiClusterObservability")];
        }
        const names = nameList(instances.map(({ name }) => name));
        return writing.length === 0
          ? [passed("primary", `MultiClusterObservability ${names} is idle`)]
          : [
              critical(
                "primary",
                `MultiClusterObservability ${names} still writes to the object storage: ${nameList(writing.map(({ name }) => name))}`,
                "delete it, or scale compactor and API to 0: two writers on one bucket corrupt it",
              ),
            ];
      },
    });
  },
};

export const oldHubPassiveRestore: PostflightCheck = {
  id: "old-hub-passive-restore",
  number: 22,
  name: "The old hub follows the new one's backups",
  hub: "primary",
  evaluate: ({ restores }) =>
    judge(restores, {
      hub: "primary",
      unreadable: "warning",
      decide: (found) => {
        const passive = findPassiveRestore(found);
        if (passive === undefined) {
          return [
            warning(
              "primary",
              "there is no passive Restore: this hub could not take over again",
              "create one with syncRestoreWithNewBackups, unless the hub is to go",
            ),
          ];
        }
        const phase = passive.status?.phase ?? "";
        const message = `passive Restore ${passive.metadata.name} is ${phase || "without a phase"}`;
        return ["Enabled", "Finished", "Completed"].includes(phase)
          ? [passed("primary", message)]
          : [warning("primary", message, "see its status.lastMessage")];
      },
    }),
};
