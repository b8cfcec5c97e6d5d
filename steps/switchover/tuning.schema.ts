import * as Type from "typebox";

/** Every wait time of a switchover with its default, in seconds unless its description says otherwise. */
export const tuningDefaults = {
  /** How long a paused Application that something else makes is looked at. */
  argocdSettle: 10,
  argocdSyncWait: 300,
  backupInProgressWait: 600,
  backupMaxAge: 600,
  backupPoll: 30,
  backupSyncWait: 300,
  backupVerify: 600,
  backupVerifyMax: 3600,
  clusterInitialWait: 120,
  clusterPoll: 30,
  clusterWait: 600,
  collisionCheckAfter: 330,
  deleteRequest: 30,
  discoverConnect: 5,
  errorGrace: 120,
  heartbeat: 10,
  lockTtl: 600,
  mcDelete: 300,
  mcDeletePoll: 10,
  mchDelete: 1200,
  mchDeletePoll: 30,
  mchPoll: 10,
  mchWait: 600,
  obsPodPoll: 5,
  obsPodReady: 300,
  obsPoll: 10,
  obsTerminate: 300,
  parallelSpokes: 10,
  passiveSettle: 300,
  patchVerifyDelay: 1,
  patchVerifyTries: 5,
  request: 30,
  restoreClustersSyncWait: 180,
  /** In finalization; the activation waits six times as long. */
  restoreDeleteWait: 300,
  restoreFastFor: 120,
  restoreFastPoll: 10,
  restorePoll: 30,
  restoreWait: 1800,
  scheduleDeleteWait: 120,
  scheduleHealthyWait: 420,
  schedulePausedWait: 120,
  /** Per imported cluster, on hubs up to ACM 2.14. */
  schedulePerCluster: 0.15,
  secretPoll: 1,
  secretVisible: 10,
  staleHours: 6,
  /** Beyond the interval of a passive Restore, for newer backups to be restored. */
  syncMargin: 600,
  thanosSettle: 5,
  veleroRestoreWait: 1800,
} as const;

export type TuningKey = keyof typeof tuningDefaults;

const maxSeconds = 7 * 24 * 3600;

/** Wait times that a run changes; what is absent keeps its default. */
export type Tuning = { readonly [K in TuningKey]?: number };

// One optional number per key: spelled by a loop, since the keys exist once already.
const properties = Object.fromEntries(
  Object.keys(tuningDefaults).map((key) => [key, Type.Optional(Type.Number({ minimum: 0, maximum: maxSeconds }))]),
) as { readonly [K in TuningKey]: Type.TOptional<Type.TNumber> };

export const tuningSchema = Type.Object(properties, {
  $id: "switchover-tuning",
  additionalProperties: false,
});
