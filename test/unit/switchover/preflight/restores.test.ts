import type { AcmRestore, AcmRestoreStatus } from "../../../../steps/switchover/acm/hub-objects.ts";
import { noForeignRestore } from "../../../../steps/switchover/preflight/checks/no-foreign-restore.ts";
import { passiveFreshness } from "../../../../steps/switchover/preflight/checks/passive-freshness.ts";
import { passiveRestore } from "../../../../steps/switchover/preflight/checks/passive-restore.ts";
import { read } from "../../../../steps/switchover/preflight/reading.ts";
import {
  backup,
  backups,
  down,
  forbidden,
  hubs,
  isoTime,
  minute,
  onPrimary,
  onSecondary,
  onVersion,
  passive,
  passiveVeleroRestores,
  storage,
  veleroRestore,
} from "./observations.ts";
import { describeRules } from "./rule-table.ts";

const standard = passive();
const named = standard.status;
const inPhase = (phase: string, more: AcmRestoreStatus = {}): AcmRestore =>
  passive({ status: { ...named, phase, ...more } });
const restores = (...list: readonly AcmRestore[]) => onSecondary({ restores: read(list) });
const withSpec = (restore: AcmRestore, managedClusters: string): AcmRestore => ({
  ...restore,
  ...(restore.spec === undefined
    ? {}
    : { spec: { ...restore.spec, veleroManagedClustersBackupName: managedClusters } }),
});
const renamed = (restore: AcmRestore, metadata: Partial<AcmRestore["metadata"]>): AcmRestore => ({
  ...restore,
  metadata: { ...restore.metadata, ...metadata },
});
const failedVelero = (changes: Parameters<typeof veleroRestore>[1] = {}) => [
  veleroRestore("velero-credentials", { phase: "PartiallyFailed", errors: 3, ...changes }),
  ...passiveVeleroRestores.slice(1),
];
const deleted = { deletionTimestamp: "2026-01-01T11:59:00Z" };

describeRules(passiveRestore, [
  { given: "one that is Enabled", finds: [["passed secondary", "restore-acm-passive-sync is Enabled"]] },
  {
    given: "A-12: none",
    observed: restores(),
    finds: [["critical secondary", "no Restore with syncRestoreWithNewBackups", "or use method full"]],
  },
  {
    given: "none, after this operation took its activation back",
    observed: restores(),
    settings: { remakesPassiveRestore: true },
    finds: [["passed secondary", "which goes on from there"]],
  },
  {
    given: "A-13: two, of which the newest counts",
    observed: restores(
      inPhase("Error"),
      renamed(standard, { name: "my-sync", creationTimestamp: "2026-01-01T06:00:00Z" }),
    ),
    finds: [["passed secondary", "my-sync is Enabled"]],
  },
  {
    given: "one that is Enabled while a Velero Restore still runs",
    observed: onSecondary({ veleroRestores: read(failedVelero({ phase: "InProgress", errors: 0 })) }),
    finds: [["passed secondary", "still running: velero-credentials"]],
  },
  {
    given: "one that is Enabled although a Velero Restore had errors",
    observed: onSecondary({ veleroRestores: read(failedVelero()) }),
    finds: [
      ["passed secondary"],
      ["warning secondary", "velero-credentials is PartiallyFailed (3 errors)", "wait for the next sync"],
    ],
  },
  ...["Running", "Started", "Unknown", ""].map((phase) => ({
    given: `one in phase ${phase || "(none)"}`,
    observed: restores(inPhase(phase)),
    finds: [["passed secondary", `phase is ${phase || "empty"}; the activation waits for Enabled`]] as const,
  })),
  {
    given: "one that shows an error, with all that it names restored",
    observed: restores(inPhase("EnabledWithErrors", { lastMessage: "no velero backups found" })),
    finds: [["warning secondary", "no velero backups found", "until the Restore is Enabled"]],
  },
  {
    given: "one that shows an error, with a Velero Restore that failed",
    observed: onSecondary({
      restores: read([inPhase("EnabledWithErrors")]),
      veleroRestores: read(failedVelero({ phase: "Failed" })),
    }),
    finds: [["critical secondary", "velero-credentials is Failed"]],
  },
  {
    given: "one that shows an error and has restored nothing yet",
    observed: restores(passive({ status: { phase: "EnabledWithErrors", lastMessage: "no velero backups found" } })),
    finds: [["critical secondary", "no velero backups found"]],
  },
  {
    given: "one that shows an error, and names a Velero Restore that is gone",
    observed: onSecondary({
      restores: read([inPhase("EnabledWithErrors")]),
      veleroRestores: read(passiveVeleroRestores.slice(1)),
    }),
    finds: [["critical secondary"]],
  },
  {
    given: "A-15: one that activated clusters once",
    observed: restores(withSpec(inPhase("Finished"), "latest")),
    finds: [["critical secondary", "an earlier activation, whose data may be stale", "create it anew"]],
  },
  {
    given: "A-15: one that this very operation activated",
    observed: restores(withSpec(inPhase("Finished"), "latest")),
    settings: { activatedRestoreUid: "passive-1" },
    finds: [["warning secondary", "this operation activated it before"]],
  },
  {
    given: "one that ended without clusters",
    observed: restores(inPhase("Finished")),
    finds: [["critical secondary", "nothing will be restored"]],
  },
  {
    given: "one that the operator ignores for good",
    observed: restores(
      inPhase("FinishedWithErrors", {
        lastMessage: "This resource is ignored because BackupSchedule resource s1 is currently active, wait",
      }),
    ),
    finds: [["critical secondary", "BackupSchedule resource s1", "pause or remove BackupSchedule resource s1"]],
  },
  {
    given: "A-14: one that failed because of a Velero Restore",
    observed: onSecondary({
      restores: read([inPhase("Error", { lastMessage: "Velero restore v1 has failed validation" })]),
      veleroRestores: read([
        ...passiveVeleroRestores,
        veleroRestore("v1", { phase: "FailedValidation", validationErrors: ["backup not found"] }),
      ]),
      storageLocations: read([storage({ phase: "Unavailable", message: "access denied" })]),
    }),
    finds: [
      [
        "critical secondary",
        "Velero Restore v1 is FailedValidation (backup not found); on ACM 2.14.1 it never recovers; backup storage: dpa-1 is Unavailable: access denied",
        "delete this Restore",
      ],
    ],
  },
  {
    given: "the same on ACM 2.17, which recovers",
    observed: onSecondary({
      acm: onVersion("2.17.0"),
      restores: read([inPhase("Error", { lastMessage: "Velero restore v1 has failed validation" })]),
    }),
    finds: [["critical secondary", "Velero restore v1 has failed validation"]],
  },
  {
    given: "one that waits for its storage",
    observed: restores(inPhase("Error", { lastMessage: "Backup storage: no BackupStorageLocation is available" })),
    finds: [["critical secondary", "tries again every 60 s", "wait until the Restore is Enabled"]],
  },
  {
    given: "one that is being deleted",
    observed: restores(renamed(standard, deleted)),
    finds: [["critical secondary", "restore-acm-passive-sync is being deleted", "wait until it is gone"]],
  },
  {
    given: "one that is being deleted since this operation took its activation back",
    observed: restores(renamed(withSpec(inPhase("Error"), "skip"), deleted)),
    settings: { remakesPassiveRestore: true },
    finds: [["passed secondary", "is being deleted", ""]],
  },
  {
    given: "restores that may not be listed",
    observed: onSecondary({ restores: forbidden }),
    finds: [["critical secondary"]],
  },
]);

const restoredAt = backup("credentials").startedAt ?? 0;
const behind = (ms: number) =>
  onPrimary({
    backups: read([
      ...backups(),
      backup("credentials", { name: "acm-credentials-schedule-9", startedAt: restoredAt + ms }),
    ]),
  });
const fresh = [["passed secondary"], ["passed secondary"]] as const;

describeRules(passiveFreshness, [
  { given: "the newest of each kind", finds: [["passed secondary", "credentials: "], ...fresh] },
  {
    given: "one kind behind by less than the interval and ten minutes",
    observed: behind(40 * minute),
    finds: [
      ["warning secondary", "40 min behind acm-credentials-schedule-9", "wait for the next sync"],
      ["passed secondary", "resources: "],
      ["passed secondary", "resourcesGeneric: "],
    ],
  },
  {
    given: "K-27: one kind further behind",
    observed: behind(41 * minute),
    finds: [["critical secondary", "41 min behind", "wait for the next sync"], ...fresh],
  },
  {
    given: "one kind behind by more than a shorter interval of the Restore",
    observed: {
      ...behind(21 * minute),
      secondary: restores(
        passive({
          spec: {
            veleroManagedClustersBackupName: "skip",
            veleroCredentialsBackupName: "latest",
            veleroResourcesBackupName: "latest",
            cleanupBeforeRestore: "CleanupRestored",
            syncRestoreWithNewBackups: true,
            restoreSyncInterval: "10m",
          },
        }),
      ).secondary,
    },
    finds: [["critical secondary", "21 min behind"], ...fresh],
  },
  {
    given: "a newer backup that failed, which would not be restored",
    observed: onPrimary({
      backups: read([
        ...backups(),
        backup("credentials", { name: "acm-credentials-schedule-9", startedAt: Infinity, phase: "Failed" }),
      ]),
    }),
    finds: [["passed secondary"], ...fresh],
  },
  {
    given: "a kind that was never backed up",
    observed: onPrimary({ backups: read(backups({ resourcesGeneric: undefined })) }),
    finds: fresh,
  },
  {
    given: "no kind that was ever backed up",
    observed: onPrimary({ backups: read([]) }),
    finds: [["skipped secondary"]],
  },
  {
    given: "a kind of which nobody knows what was restored",
    observed: onSecondary({ veleroRestores: read(passiveVeleroRestores.slice(1)) }),
    finds: [["warning secondary", "cannot tell which backup was restored"], ...fresh],
  },
  { given: "no passive Restore", observed: restores(), finds: [["skipped secondary", "passive-restore"]] },
  {
    given: "backups that may not be listed",
    observed: onPrimary({ backups: forbidden }),
    finds: [["critical secondary"]],
  },
  { given: "a primary that is down", observed: down("primary"), finds: [["skipped secondary"]] },
]);

const other = (name: string, phase: string, metadata: Partial<AcmRestore["metadata"]> = {}): AcmRestore => ({
  metadata: { name, uid: name, creationTimestamp: isoTime(restoredAt), ...metadata },
  status: { phase },
});
const beside = (...list: readonly AcmRestore[]) => restores(standard, ...list);

describeRules(noForeignRestore, [
  { given: "the passive one only", finds: [["passed secondary"]] },
  {
    given: "another one that runs",
    observed: beside(other("mine", "Running")),
    finds: [["critical secondary", "Restore mine is active (Running)", "or delete Restore mine"]],
  },
  {
    given: "another one that the operator has not looked at",
    observed: beside(other("mine", "")),
    finds: [["critical secondary", "no phase yet"]],
  },
  {
    given: "another one that ended",
    observed: beside(other("mine", "FinishedWithErrors")),
    finds: [["passed secondary"]],
  },
  {
    given: "another one in error, which is still active",
    observed: beside(other("mine", "Error")),
    finds: [["critical secondary"]],
  },
  {
    given: "an older passive one",
    observed: beside(renamed(standard, { name: "old-sync", uid: "old", creationTimestamp: "2025-01-01T00:00:00Z" })),
    finds: [["critical secondary", "old-sync is active (Enabled)"]],
  },
  {
    given: "leftovers of earlier runs",
    observed: beside(other("restore-acm-activate", "Finished"), other("restore-acm-full", "FinishedWithErrors")),
    finds: [
      ["warning secondary", "restore-acm-activate is left over", "archived and deleted"],
      ["warning secondary", "restore-acm-full is left over"],
    ],
  },
  {
    given: "a leftover that this very operation activated",
    observed: beside(other("restore-acm-activate", "Running")),
    settings: { activatedRestoreUid: "restore-acm-activate" },
    finds: [["passed secondary"]],
  },
  {
    given: "one that is being deleted",
    observed: beside(other("mine", "Enabled", deleted)),
    finds: [["critical secondary", "counts as active until it is gone", "wait until it is gone"]],
  },
  {
    given: "one that is being deleted, and that nothing can end",
    observed: hubs(
      {},
      {
        restores: read([standard, other("mine", "Enabled", deleted)]),
        veleroPods: read([{ name: "velero-1", phase: "Pending", ready: false }]),
        storageLocations: read([storage({ phase: "Unavailable" })]),
      },
    ),
    finds: [
      [
        "critical secondary",
        "no Velero pod is ready and no BackupStorageLocation is usable",
        "never edit its finalizers",
      ],
    ],
  },
  {
    given: "restores that may not be listed",
    observed: onSecondary({ restores: forbidden }),
    finds: [["critical secondary"]],
  },
]);
