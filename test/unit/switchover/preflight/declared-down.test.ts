import { describe, expect, test } from "@jest/globals";
import { applies } from "../../../../steps/switchover/preflight/check.ts";
import { backupAge } from "../../../../steps/switchover/preflight/checks/backup-age.ts";
import { backupStatus } from "../../../../steps/switchover/preflight/checks/backup-status.ts";
import { backupVisibleOnSecondary } from "../../../../steps/switchover/preflight/checks/backup-visible-on-secondary.ts";
import { hubIdentityCheck } from "../../../../steps/switchover/preflight/checks/hub-identity.ts";
import { managedClustersBackup } from "../../../../steps/switchover/preflight/checks/managed-clusters-backup.ts";
import { msaComponent } from "../../../../steps/switchover/preflight/checks/msa-component.ts";
import { passiveFreshness } from "../../../../steps/switchover/preflight/checks/passive-freshness.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import { checks } from "../../../../steps/switchover/preflight/registry.ts";
import { evaluateChecks } from "../../../../steps/switchover/preflight/run-checks.ts";
import { verdictOf } from "../../../../steps/switchover/preflight/verdict.ts";
import { backup, backups, declaredDown, forbidden, hour, minute, now, schedule, settings } from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const lost = { savedSchedules: [] };
const without = (...types: readonly string[]) =>
  read(backups().filter(({ owner }) => owner.kind !== "schedule" || !types.includes(owner.type)));

describe("an old hub that is declared down", () => {
  test.each(["passive", "full"] as const)(
    "A-73 method %s: no check fails for it, and its own are skipped with the reason",
    (method) => {
      const chosen = { ...settings, method };
      const results = evaluateChecks(
        checks.filter((check) => applies(check, chosen)),
        declaredDown(),
        chosen,
      );
      expect(verdictOf(results)).toMatchObject({ passed: true, warnings: [] });
      const ofPrimary = results.filter(({ hub }) => hub !== "secondary");
      expect(ofPrimary.filter(({ result }) => result !== "skipped")).toEqual([]);
      for (const { message } of ofPrimary) expect(message).toContain("declared down (primary-unreachable)");
      const skipped = new Set(ofPrimary.map(({ number }) => number));
      // The rows of the table that are marked for it.
      expect([...skipped]).toEqual(expect.arrayContaining([2, 5, 7, 8, 9, 10, 12, 13, 14, 15, 18, 19, 20, 31, 32]));
    },
  );

  test("A-73 no check waits for it", () => {
    const running = declaredDown({ backups: read([...backups(), backup("resources", { phase: "InProgress" })]) });
    const asked: string[] = [];
    for (const check of checks) {
      check.wait?.(running, settings)?.build((hub) => {
        asked.push(hub);
        // Only asked for, never used.
        return {} as never;
      });
    }
    expect(new Set(asked)).toEqual(new Set(["secondary"]));
  });
});

describeRules(hubIdentityCheck, [
  { given: "A-73 the new hub is known", observed: declaredDown(), finds: [["passed secondary", "hub-b"]] },
  {
    given: "the new hub has no identity",
    observed: declaredDown({ identity: read(undefined) }),
    finds: [["critical secondary", "neither a ClusterVersion id"]],
  },
]);

describeRules(backupStatus, [
  {
    given: "A-73 the copies on the new hub are complete",
    observed: declaredDown(),
    finds: [["passed secondary"], ["passed secondary"], ["passed secondary"]],
  },
  {
    given: "a kind is missing there",
    observed: declaredDown({ backups: without("credentials") }),
    finds: [
      ["passed secondary"],
      ["critical secondary", "there is no credentials backup", "wait for Velero's sync"],
      ["passed secondary"],
    ],
  },
]);

const copies = (...completed: readonly number[]) =>
  declaredDown({
    backups: read(
      completed.map((ms, index) =>
        backup("managedClusters", {
          name: `acm-managed-clusters-schedule-${index}`,
          startedAt: now - ms - minute,
          completedAt: now - ms,
        }),
      ),
    ),
  });
const everyFourHours = { savedSchedules: [schedule()] };

describeRules(backupAge, [
  {
    given: "the newest copy is within the interval of the saved schedule",
    observed: copies(hour),
    settings: everyFourHours,
    finds: [["passed secondary", 'completed 1 h ago; the schedule "0 */4 * * *" makes one every 4 h']],
  },
  {
    given: "the newest copy is late",
    observed: copies(5 * hour),
    settings: everyFourHours,
    finds: [["warning secondary", "completed 5 h ago", "done again on the new hub"]],
  },
  {
    given: "the newest copy is days old: the lost hub makes no newer one, so that nothing is gained by a refusal",
    observed: copies(72 * hour),
    settings: everyFourHours,
    finds: [["warning secondary", "completed 3 d ago", "done again on the new hub"]],
  },
  {
    given: "no schedule is known, the newest copy is younger than the distance of the last two",
    observed: copies(2 * hour, 5 * hour),
    finds: [["passed secondary", "completed 2 h ago; the last two began 3 h apart"]],
  },
  {
    given: "no schedule is known, the newest copy is older than the distance of the last two",
    observed: copies(4 * hour, 7 * hour, 30 * hour),
    finds: [["warning secondary", "completed 4 h ago; the last two began 3 h apart"]],
  },
  {
    given: "the saved schedule cannot be read",
    observed: copies(4 * hour, 7 * hour),
    settings: { savedSchedules: [schedule({ spec: { veleroSchedule: "now and then" } })] },
    finds: [["warning secondary", "the last two began 3 h apart"]],
  },
  {
    given: "no schedule is known, and there is only one copy: its age is shown",
    observed: copies(9 * hour),
    finds: [["skipped secondary", "completed 9 h ago"]],
  },
  { given: "there is no copy", observed: copies(), finds: [["skipped secondary", "no completed managed-clusters"]] },
  {
    given: "the copies cannot be read",
    observed: declaredDown({ backups: forbidden }),
    finds: [["warning secondary", "could not be checked"]],
  },
]);

describeRules(managedClustersBackup, [
  {
    given: "A-73 the newest copy is complete: its age is shown",
    observed: declaredDown(),
    finds: [["passed secondary", "is Completed, begun 10 min ago"]],
  },
  {
    given: "the newest copy failed",
    observed: declaredDown({ backups: read([backup("managedClusters", { phase: "PartiallyFailed" })]) }),
    finds: [["critical secondary", "is PartiallyFailed"]],
  },
  {
    given: "there is none",
    observed: declaredDown({ backups: read([]) }),
    finds: [["critical secondary", "there is no managed-clusters backup"]],
  },
  {
    given: "the copies cannot be read",
    observed: declaredDown({ backups: forbidden }),
    finds: [["critical secondary", "could not be checked"]],
  },
]);

describeRules(backupVisibleOnSecondary, [
  { given: "A-73 a Completed set is there", observed: declaredDown(), finds: [["passed secondary", "acm-resources"]] },
  {
    given: "no Completed set is there",
    observed: declaredDown({ backups: without("resources", "managedClusters") }),
    finds: [["critical secondary", "no Completed backup of managedClusters, resources"]],
  },
]);

describeRules(passiveFreshness, [
  {
    given: "what the new hub has is newer than what it restored",
    observed: declaredDown({
      backups: read([
        ...backups(),
        backup("resources", { name: "acm-resources-schedule-20260101130000", startedAt: now + hour }),
      ]),
    }),
    finds: [["passed secondary"], ["critical secondary", "behind"], ["passed secondary"]],
  },
]);

describeRules(msaComponent, [
  {
    given: "A-73 nothing is saved, the component is on",
    observed: declaredDown(),
    settings: lost,
    finds: [["passed secondary"]],
  },
  {
    given: "A-73 nothing is saved, the component is off",
    observed: declaredDown({ managedServiceAccounts: read("disabled") }),
    settings: lost,
    finds: [["warning secondary", "is not enabled"]],
  },
  {
    given: "the saved schedule wants tokens, the component is off",
    observed: declaredDown({ managedServiceAccounts: read("disabled") }),
    settings: { savedSchedules: [schedule()] },
    finds: [["critical secondary", "is disabled"]],
  },
  {
    given: "a template that wants tokens, the component is off",
    observed: declaredDown({ managedServiceAccounts: read("disabled") }),
    settings: { ...lost, templateMakesTokens: true },
    finds: [["critical secondary", "delete every import token", "enable managedserviceaccount"]],
  },
  {
    given: "a template that wants tokens, the component is on",
    observed: declaredDown(),
    settings: { ...lost, templateMakesTokens: true },
    finds: [["passed secondary"]],
  },
  {
    given: "a template that wants none",
    observed: declaredDown(),
    settings: { ...lost, templateMakesTokens: false },
    finds: [["warning secondary", "useManagedServiceAccount false", "backup-schedule-template"]],
  },
]);
