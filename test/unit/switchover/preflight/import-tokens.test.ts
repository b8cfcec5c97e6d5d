import type { ComponentState } from "../../../../steps/switchover/acm/backup-schedule.ts";
import type { BackupSchedule } from "../../../../steps/switchover/acm/hub-objects.ts";
import type { ImportToken } from "../../../../steps/switchover/acm/import-token.ts";
import { msaComponent } from "../../../../steps/switchover/preflight/checks/msa-component.ts";
import { msaTokens } from "../../../../steps/switchover/preflight/checks/msa-tokens.ts";
import { reimportable } from "../../../../steps/switchover/preflight/checks/reimportable.ts";
import type { SecondaryObservation } from "../../../../steps/switchover/preflight/observation.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import {
  absent,
  down,
  fleet,
  forbidden,
  hour,
  hubs,
  managedCluster,
  now,
  onPrimary,
  onSecondary,
  schedule,
} from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const valid = (cluster: string): ImportToken => ({ cluster, expiresAt: now + hour });
const hive = read([{ name: "h1", namespace: "h1", preserveOnDelete: true }]);

describeRules(msaTokens, [
  {
    given: "a valid token for each imported cluster on both hubs",
    finds: [["passed primary", "2 imported clusters with a valid token"], ["passed secondary"]],
  },
  {
    given: "method full, for which they come with the restore",
    observed: onSecondary({ importTokens: read([]) }),
    settings: { method: "full" },
    finds: [["passed primary"]],
  },
  {
    given: "tokens that the secondary does not have yet",
    observed: onSecondary({ importTokens: read([valid("c2")]) }),
    finds: [["passed primary"], ["warning secondary", "without a token (c1)", "wait for the passive sync"]],
  },
  {
    given: "one token missing, one expired and one without an expiry",
    observed: hubs(
      {
        fleet: fleet(managedCluster("c1"), managedCluster("c2"), managedCluster("c3")),
        importTokens: read([
          { cluster: "c2", expiresAt: now - 1 },
          { cluster: "c3", expiresAt: undefined },
        ]),
      },
      { importTokens: read(["c1", "c2", "c3"].map(valid)) },
    ),
    finds: [
      ["warning primary", "without a token (c1); with an expired token (c2, c3)", "wait for the tokens"],
      ["passed secondary"],
    ],
  },
  {
    given: "an expired token beside a valid one",
    observed: onPrimary({ importTokens: read([valid("c1"), { cluster: "c2", expiresAt: 0 }, valid("c2")]) }),
    finds: [["passed primary"], ["passed secondary"]],
  },
  {
    given: "the component switched off",
    observed: onPrimary({ managedServiceAccounts: read("disabled") }),
    finds: [
      ["critical primary", "managedserviceaccount disabled", "spec.overrides.components"],
      ["passed primary"],
      ["passed secondary"],
    ],
  },
  {
    given: "the component switched off where only Hive made clusters",
    observed: onPrimary({
      fleet: fleet(managedCluster("h1")),
      clusterDeployments: hive,
      managedServiceAccounts: read("disabled"),
      importTokens: read([]),
    }),
    finds: [["passed primary", "no cluster needs a token"]],
  },
  {
    given: "a cluster that has not joined",
    observed: onPrimary({ fleet: fleet(managedCluster("c9", { joined: false })) }),
    finds: [["passed primary", "no cluster needs a token"]],
  },
  {
    given: "Hive not installed",
    observed: onPrimary({ clusterDeployments: absent("ClusterDeployment.hive.openshift.io") }),
    finds: [["passed primary"], ["passed secondary"]],
  },
  {
    given: "Secrets that may not be listed",
    observed: hubs({ importTokens: forbidden }, { importTokens: forbidden }),
    finds: [
      ["warning primary", "could not be checked"],
      ["warning secondary", "could not be checked"],
    ],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped primary"]] },
]);

const tokenless: BackupSchedule = schedule({ spec: { veleroSchedule: "@daily", useManagedServiceAccount: false } });
const component = (state: ComponentState, secondary: Partial<SecondaryObservation> = {}) =>
  onSecondary({ ...secondary, managedServiceAccounts: read(state) });

describeRules(msaComponent, [
  { given: "tokens wanted and the component on", finds: [["passed secondary", "is enabled"]] },
  {
    given: "A-94: tokens wanted and the component off",
    observed: component("disabled"),
    finds: [["critical secondary", "delete every import token of this hub", "enable managedserviceaccount"]],
  },
  {
    given: "an engine that does not list the component",
    observed: component("not-listed"),
    finds: [["warning secondary", "does not list", "enable managedserviceaccount"]],
  },
  { given: "no engine", observed: component("no-engine"), finds: [["warning secondary", "no MultiClusterEngine"]] },
  {
    given: "an engine that may not be read",
    observed: onSecondary({ managedServiceAccounts: forbidden }),
    finds: [["warning secondary", "could not be checked"]],
  },
  {
    given: "no tokens wanted and the component off",
    observed: hubs({ schedules: read([tokenless]) }, { managedServiceAccounts: read("disabled") }),
    finds: [["passed secondary", "makes no tokens"]],
  },
  {
    given: "no tokens wanted now, but by the schedule that this operation saved",
    observed: hubs({ schedules: read([]) }, { managedServiceAccounts: read("disabled") }),
    settings: { savedSchedules: [schedule()] },
    finds: [["critical secondary"]],
  },
  {
    given: "a paused schedule on the secondary that wants tokens while the component is off",
    observed: component("disabled", {
      schedules: read([schedule({ spec: { veleroSchedule: "@daily", paused: true, useManagedServiceAccount: true } })]),
    }),
    finds: [["critical secondary"], ["critical secondary", "deletes the import tokens of this hub", "or delete"]],
  },
  {
    given: "the same where the primary's makes none",
    observed: hubs(
      { schedules: read([tokenless]) },
      { managedServiceAccounts: read("disabled"), schedules: read([schedule()]) },
    ),
    finds: [["critical secondary", "useManagedServiceAccount true"]],
  },
  {
    given: "a schedule on the secondary that wants none while the primary's does",
    observed: onSecondary({ schedules: read([tokenless]) }),
    finds: [["critical secondary", "useManagedServiceAccount false"]],
  },
  {
    given: "a schedule on the secondary that does not say, while the primary's wants tokens",
    observed: onSecondary({ schedules: read([schedule({ spec: { veleroSchedule: "@daily" } })]) }),
    finds: [["critical secondary", "useManagedServiceAccount unset"]],
  },
  {
    given: "schedules of the primary that may not be listed",
    observed: onPrimary({ schedules: forbidden }),
    finds: [["warning secondary", "could not be checked"]],
  },
]);

describeRules(reimportable, [
  { given: "an address for each", finds: [["passed primary"]] },
  {
    given: "an imported cluster without one, and one of Hive",
    observed: onPrimary({
      fleet: fleet(managedCluster("c1", { hasUrl: false }), managedCluster("h1", { hasUrl: false })),
      clusterDeployments: hive,
    }),
    finds: [["warning primary", "no import by token: c1", "API URL"]],
  },
  { given: "a fleet that may not be listed", observed: onPrimary({ fleet: forbidden }), finds: [["warning primary"]] },
]);
