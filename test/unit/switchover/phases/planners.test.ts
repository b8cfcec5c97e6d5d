import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import type { Action, Change, StepPlan } from "../../../../steps/lib/phase/types.ts";
import { acmVersion, importsOnlyOnce } from "../../../../steps/switchover/acm/acm-version.ts";
import { annotation, objectName, restoreName } from "../../../../steps/switchover/acm/constants.ts";
import type { HubName } from "../../../../steps/switchover/acm/hub-identity.ts";
import type { AcmRestore, VeleroRestore } from "../../../../steps/switchover/acm/hub-objects.ts";
import {
  type ManagedClusterSummary,
  summariseManagedCluster,
} from "../../../../steps/switchover/acm/managed-cluster.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import {
  acmRestores,
  backupSchedules,
  configMaps,
  managedClusters,
} from "../../../../steps/switchover/acm/resources.ts";
import { activateSelectedClusters } from "../../../../steps/switchover/phases/activation/activate-selected-clusters.ts";
import { applyImmediateImportAnnotations } from "../../../../steps/switchover/phases/activation/apply-immediate-import.ts";
import { verifySelectedClusters } from "../../../../steps/switchover/phases/activation/verify-selected-clusters.ts";
import { switchoverPhases } from "../../../../steps/switchover/phases/phase-list.ts";
import { verifyAutoImportCleanup } from "../../../../steps/switchover/phases/post-activation/verify-auto-import-cleanup.ts";
import { disableAutoImport } from "../../../../steps/switchover/phases/primary-preparation/disable-auto-import.ts";
import { rbEnableAutoImport } from "../../../../steps/switchover/phases/rollback/enable-auto-import.ts";
import { rollbackSteps } from "../../../../steps/switchover/phases/rollback/rollback-steps.ts";
import type { SwitchoverContext, SwitchoverStep } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { JumpingClock } from "../../lib/kube/fixtures.ts";
import { type HubInMemory, ObjectGone } from "./hub-in-memory.ts";
import { type HubWorld, hubOf, now, type World, world } from "./worlds.ts";

// Steps that read hubs in any state: what they plan is applied, waits are not, and then they are asked again.

const maxRounds = 8;
// Every step is asked four things: together they see more than a thousand hubs.
const numRuns = 20;

interface Bench {
  readonly hubs: Readonly<Record<HubName, HubInMemory>>;
  readonly context: SwitchoverContext;
  /** Every write so far, in order. */
  readonly changes: readonly Change[];
  perform(actions: readonly Action<OperationMemory>[]): void;
}

const isProbe = (change: Change): boolean => change.verb === "merge-patch" && change.probe === true;

function changesOf(actions: readonly Action<OperationMemory>[]): readonly Change[] {
  return actions.flatMap((action) => {
    if (action.kind === "write") return isProbe(action.change) ? [] : [action.change];
    if (action.kind === "attempt") return action.chains.flatMap((chain) => chain.changes);
    return action.kind === "bulk" ? action.changes : [];
  });
}

function benchOf(from: World, oldHub: SwitchoverContext["oldHub"] = "reachable"): Bench {
  const hubs = { primary: hubOf("primary", from.hubs.primary), secondary: hubOf("secondary", from.hubs.secondary) };
  let memory = from.memory;
  const changes: Change[] = [];
  const factsOf = (id: string, { version }: HubWorld) => ({ id, version: acmVersion(version) });
  const isDown = oldHub === "down";
  const context = {
    oldHub,
    clients: { ...(isDown ? {} : { primary: hubs.primary.client() }), secondary: hubs.secondary.client() },
    hubs: {
      ...(isDown ? {} : { primary: factsOf("east", from.hubs.primary) }),
      secondary: factsOf("west", from.hubs.secondary),
    },
    namespaces: defaultNamespaces,
    tuning: tuningDefaults,
    settings: from,
    memory: () => memory,
    clock: new JumpingClock(now),
    dryRun: { enabled: false },
    signal: new AbortController().signal,
    // Planners ask for nothing else.
  } as unknown as SwitchoverContext;
  return {
    hubs,
    context,
    changes,
    perform(actions) {
      for (const action of actions) {
        if (action.kind === "remember") memory = action.update(memory);
        if (action.kind === "wait") for (const hub of Object.values(hubs)) hub.endDeletions(acmRestores);
        for (const change of changesOf([action])) {
          hubs[change.target as HubName].apply(change);
          changes.push(change);
        }
      }
    },
  };
}

async function planOf(step: SwitchoverStep, { context }: Bench): Promise<StepPlan<OperationMemory>> {
  return readAndPlan(step, context);
}

const writesOf = (plan: StepPlan<OperationMemory>): readonly Change[] =>
  plan.state === "act" ? changesOf(plan.actions) : [];

/** Whether the run goes on: it ends where someone has deleted the schedule that was made. */
function performs(bench: Bench, actions: readonly Action<OperationMemory>[]): boolean {
  try {
    bench.perform(actions);
    return true;
  } catch (error) {
    if (error instanceof ObjectGone && error.message.startsWith("give BackupSchedule")) return false;
    throw error;
  }
}

/** Lets a step read, plan and write until it writes no more; what it still wants to write at the end of its rounds. */
async function rest(step: SwitchoverStep, bench: Bench): Promise<readonly Change[]> {
  for (let round = 0; round < maxRounds; round += 1) {
    const plan = await planOf(step, bench);
    const isLast = plan.state !== "act" || (writesOf(plan).length === 0 && plan.afterwards === "done");
    if (plan.state === "act" && !performs(bench, plan.actions)) return [];
    if (isLast) break;
  }
  return writesOf(await planOf(step, bench));
}

const steps: readonly { readonly phase: string; readonly step: SwitchoverStep }[] = [
  ...switchoverPhases.flatMap(({ phase, steps: own }) => own.map((step) => ({ phase, step }))),
  ...rollbackSteps.map((step) => ({ phase: "rollback", step })),
];
const onPrimary: ReadonlySet<string> = new Set([
  "verify_thanos_stopped",
  "disable_observability_on_secondary",
  "handle_old_hub",
  "verify_old_hub_state",
  "rb_enable_auto_import",
  "rb_enable_backup_schedule",
  "rb_scale_up_thanos",
]);
const named = steps.map(({ phase, step }) => [step.name, step, phase] as const);

/** A failure after which a step takes back what it did. */
const failedForGood = new FairleadError({ id: "SW-ACT-12", what: "it failed", why: "for good", fix: "mend it" });

async function takeBack(step: SwitchoverStep, bench: Bench): Promise<void> {
  bench.perform((await step.onFailure?.(failedForGood, bench.context)) ?? []);
}

function touched(changes: readonly Change[], target: HubName): readonly string[] {
  const names = changes
    .filter((change) => change.resource.plural === managedClusters.plural && change.target === target)
    .map((change) => change.ref.name);
  return [...new Set(names)].toSorted();
}

describe.each(named)("the plan of %s", (name, step, phase) => {
  const allowed: readonly HubName[] =
    onPrimary.has(name) || phase === "primary_preparation" ? ["primary"] : ["secondary"];

  test("never touches a hub's own cluster, whatever its name, and removes or makes no cluster", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        await rest(step, bench);
        await takeBack(step, bench);
        for (const hub of ["primary", "secondary"] as const) {
          expect(touched(bench.changes, hub)).not.toContain(given.hubs[hub].local);
        }
        const onClusters = bench.changes.filter(({ resource }) => resource.plural === managedClusters.plural);
        expect(onClusters.filter(({ verb }) => verb !== "merge-patch")).toEqual([]);
      }),
      { numRuns },
    );
  });

  test("once its writes are applied wants no other", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const left = await rest(step, benchOf(given));
        expect(left.map(({ summary }) => summary)).toEqual([]);
      }),
      { numRuns },
    );
  });

  test(`writes to the ${allowed.join()} hub only, within ACM's namespaces`, async () => {
    const namespaces: readonly (string | undefined)[] = [
      defaultNamespaces.backup,
      defaultNamespaces.observability,
      defaultNamespaces.engine,
    ];
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        await rest(step, bench);
        for (const { target, resource, ref, summary } of bench.changes) {
          expect({ summary, allowed: (allowed as readonly string[]).includes(target) }).toEqual({
            summary,
            allowed: true,
          });
          if (resource.scope === "namespaced") expect(namespaces).toContain(ref.namespace);
        }
      }),
      { numRuns },
    );
  });

  test("is the same for the same hubs", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const [one, other] = [await planOf(step, benchOf(given)), await planOf(step, benchOf(given))];
        expect(writesOf(other)).toEqual(writesOf(one));
        expect(other.state).toBe(one.state);
      }),
      { numRuns },
    );
  });
});

describe("where the old hub is declared down", () => {
  test.each(named)(
    "A-73 %s asks and changes nothing there, and writes no more once it is done",
    async (_name, step) => {
      await fc.assert(
        fc.asyncProperty(world, async (given) => {
          const bench = benchOf(given, "down");
          const left = await rest(step, bench);
          await takeBack(step, bench);
          expect(left.map(({ summary }) => summary)).toEqual([]);
          expect(bench.changes.filter(({ target }) => target !== "secondary")).toEqual([]);
        }),
        { numRuns },
      );
    },
  );

  test("A-73 the new hub gets a schedule, if need be the usual one", async () => {
    const step = steps.find(({ step: { name } }) => name === "enable_backup_schedule")?.step;
    let usual = 0;
    await fc.assert(
      fc.asyncProperty(world, async (any) => {
        const { saved_backup_schedules: _saved, ...memory } = any.memory;
        const bench = benchOf({ ...any, memory }, "down");
        const plan = step === undefined ? undefined : await planOf(step, bench);
        if (plan?.state !== "act") return;
        const [created] = writesOf(plan).filter(({ verb }) => verb === "create");
        if (created === undefined) return;
        usual += 1;
        const warned = plan.actions.filter(({ kind }) => kind === "warn");
        expect({ name: created.ref.name, warned: warned.length > 0 }).toEqual({ name: "acm-hub-backup", warned: true });
      }),
      { numRuns: 300 },
    );
    expect(usual).toBeGreaterThan(0);
  });
});

describe("the hubs that these plans are made for", () => {
  test("bring every step that can write to write", async () => {
    const wrote = new Set<string>();
    for (const given of fc.sample(world, { numRuns: 200, seed: 1 })) {
      for (const { step } of steps) {
        if (wrote.has(step.name)) continue;
        const bench = benchOf(given);
        await rest(step, bench);
        if (bench.changes.length > 0) wrote.add(step.name);
      }
    }
    expect([...wrote].toSorted()).toEqual([
      "activate_managed_clusters",
      "activate_selected_clusters",
      "apply_immediate_import_annotations",
      "create_full_restore",
      "disable_auto_import",
      "disable_observability_on_secondary",
      "enable_backup_schedule",
      "fix_backup_collision",
      "handle_old_hub",
      "pause_backup_schedule",
      "rb_delete_activation_restore",
      "rb_enable_auto_import",
      "rb_enable_backup_schedule",
      "rb_pause_secondary_schedule",
      "rb_quarantine_secondary",
      "rb_recreate_passive",
      "rb_restore_auto_import_strategy",
      "rb_scale_up_thanos",
      "reset_auto_import_strategy",
      "restart_observatorium_api",
      "scale_down_thanos",
      "scale_up_observability_components",
      "set_auto_import_strategy",
      "verify_auto_import_cleanup",
      "verify_new_backups",
      "verify_old_hub_state",
      "verify_passive_sync",
      "verify_thanos_stopped",
    ]);
  });
});

/** The clusters of a hub that are not its own, as they are now. */
function othersOf(hub: HubInMemory, from: HubWorld): readonly ManagedClusterSummary[] {
  return hub
    .all(managedClusters)
    .map(summariseManagedCluster)
    .filter((cluster) => cluster.name !== from.local);
}

function namesWhere(
  clusters: readonly ManagedClusterSummary[],
  holds: (cluster: ManagedClusterSummary) => boolean,
): readonly string[] {
  return clusters
    .filter(holds)
    .map(({ name }) => name)
    .toSorted();
}

describe("the clusters of a fleet", () => {
  test("A-24 A-28: get the annotation that stops imports where they carry none, and keep theirs where they do", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        const before = othersOf(bench.hubs.primary, given.hubs.primary);
        await rest(disableAutoImport, bench);
        const open = namesWhere(before, (cluster) => cluster.disableAutoImport === undefined);
        expect(touched(bench.changes, "primary")).toEqual(open);
        expect([...(bench.context.memory().annotated_clusters ?? [])].toSorted()).toEqual(open);
        const after = new Map(
          othersOf(bench.hubs.primary, given.hubs.primary).map((one) => [one.name, one.disableAutoImport]),
        );
        for (const { name, disableAutoImport: value } of before) expect(after.get(name)).toBe(value ?? "");
      }),
      { numRuns },
    );
  });

  test("A-45: lose that annotation on the new hub where they carry it, and are left alone where they do not", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        const before = othersOf(bench.hubs.secondary, given.hubs.secondary);
        await rest(verifyAutoImportCleanup, bench);
        expect(touched(bench.changes, "secondary")).toEqual(
          namesWhere(before, (cluster) => cluster.disableAutoImport !== undefined),
        );
        const after = othersOf(bench.hubs.secondary, given.hubs.secondary);
        expect(namesWhere(after, (cluster) => cluster.disableAutoImport !== undefined)).toEqual([]);
      }),
      { numRuns },
    );
  });

  test("A-41: are asked to be imported once where they are not available, a used request being cleared before", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        const before = othersOf(bench.hubs.secondary, given.hubs.secondary);
        await rest(applyImmediateImportAnnotations, bench);
        const { version, strategy } = given.hubs.secondary;
        const asks = importsOnlyOnce(acmVersion(version)) && strategy !== "ImportAndSync";
        for (const { name, available, immediateImport } of before) {
          const values = bench.changes
            .filter((change) => change.ref.name === name)
            .map((change) => (change.verb === "merge-patch" ? change.patch : change.verb));
          const patch = (value: "" | null) => ({ metadata: { annotations: { [annotation.immediateImport]: value } } });
          const wanted = immediateImport === undefined ? [patch("")] : [patch(null), patch("")];
          expect({ name, values }).toEqual({
            name,
            values: asks && !available && immediateImport !== "" ? wanted : [],
          });
        }
      }),
      { numRuns },
    );
  });

  test("A-66: lose that annotation on the old hub where the operation set it, and keep theirs where it did not", async () => {
    await fc.assert(
      fc.asyncProperty(world, fc.func(fc.boolean()), async (given, isOurs) => {
        const annotated = given.hubs.primary.clusters
          .map(({ metadata }) => metadata.name)
          .filter((name) => isOurs(name));
        const bench = benchOf({ ...given, memory: { ...given.memory, annotated_clusters: annotated } });
        const before = othersOf(bench.hubs.primary, given.hubs.primary);
        await rest(rbEnableAutoImport, bench);
        const after = othersOf(bench.hubs.primary, given.hubs.primary);
        expect(namesWhere(after, (cluster) => cluster.disableAutoImport !== undefined)).toEqual(
          namesWhere(before, ({ name, disableAutoImport: value }) => value !== undefined && !annotated.includes(name)),
        );
      }),
      { numRuns },
    );
  });

  test("A-66: are asked back by the old hub where they have left it, or are connected to the new one", async () => {
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        const before = othersOf(bench.hubs.primary, given.hubs.primary);
        const away = namesWhere(othersOf(bench.hubs.secondary, given.hubs.secondary), ({ available }) => available);
        await rest(rbEnableAutoImport, bench);
        const { version, strategy } = given.hubs.primary;
        const asks = importsOnlyOnce(acmVersion(version)) && strategy !== "ImportAndSync";
        const wanted = namesWhere(before, ({ name, available }) => asks && (!available || away.includes(name)));
        const after = othersOf(bench.hubs.primary, given.hubs.primary);
        const asked = namesWhere(after, ({ immediateImport }) => immediateImport === "");
        const askedBefore = namesWhere(before, ({ immediateImport }) => immediateImport === "");
        expect(asked).toEqual([...new Set([...askedBefore, ...wanted])].toSorted());
      }),
      { numRuns },
    );
  });

  test("keep every other annotation and label of theirs", async () => {
    const ours = new Set<string>([annotation.disableAutoImport, annotation.immediateImport]);
    const foreign = (hub: HubInMemory) =>
      hub
        .all(managedClusters)
        .map(({ metadata }) => ({
          name: metadata.name,
          labels: metadata.labels,
          annotations: Object.entries(metadata.annotations ?? {}).filter(([key]) => !ours.has(key)),
        }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        const before = [foreign(bench.hubs.primary), foreign(bench.hubs.secondary)];
        for (const { step } of steps) await rest(step, bench);
        expect([foreign(bench.hubs.primary), foreign(bench.hubs.secondary)]).toEqual(before);
      }),
      { numRuns },
    );
  });
});

describe("a rollback whose new hub does not answer", () => {
  /** A client that fails whatever is asked. */
  const nobody = new Proxy({} as SwitchoverContext["clients"]["secondary"], {
    get: (_target, call) => {
      throw new Error(`the lost hub was asked: ${String(call)}`);
    },
  });

  test.each(rollbackSteps.map((step) => [step.name, step] as const))(
    "A-66 asks it nothing and plans nothing there in %s",
    async (_name, step) => {
      await fc.assert(
        fc.asyncProperty(world, async (given) => {
          const rollback = { scope: "full", ...given.memory.rollback, new_hub_unreachable: true } as const;
          const bench = benchOf({ ...given, memory: { ...given.memory, rollback } });
          const clients = { ...bench.context.clients, secondary: nobody };
          for (let round = 0; round < maxRounds; round += 1) {
            const plan = await readAndPlan(step, { ...bench.context, clients });
            if (plan.state !== "act") break;
            expect(changesOf(plan.actions).filter(({ target }) => target === "secondary")).toEqual([]);
            const sources = plan.actions.flatMap((action) =>
              action.kind === "wait" ? Object.values(action.wait.sources) : [],
            );
            expect(sources.filter(({ client }) => client === nobody)).toEqual([]);
            if (!performs(bench, plan.actions) || plan.afterwards === "done") break;
          }
        }),
        { numRuns },
      );
    },
  );
});

describe("a plan that writes", () => {
  test("A-24: remembers the old hub's schedules before it pauses or deletes the first of them", async () => {
    const step = steps.find(({ step: { name } }) => name === "pause_backup_schedule")?.step;
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const plan = step === undefined ? undefined : await planOf(step, benchOf(given));
        if (plan?.state !== "act" || writesOf(plan).length === 0) return;
        const [first] = plan.actions;
        const remembered = first?.kind === "remember" ? first.update({}).saved_backup_schedules : [];
        expect(remembered).toEqual(given.hubs.primary.schedules);
      }),
      { numRuns },
    );
  });

  test("deletes a Restore or a schedule of the new hub only under the uid that it was read with", async () => {
    const guarded = new Set([acmRestores.plural, backupSchedules.plural, configMaps.plural]);
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        for (const { step } of steps) {
          const bench = benchOf(given);
          await rest(step, bench);
          await takeBack(step, bench);
          for (const change of bench.changes) {
            if (change.verb !== "delete" || change.target !== "secondary") continue;
            expect(guarded).toContain(change.resource.plural);
            expect(change.precondition?.uid ?? "").not.toBe("");
          }
        }
      }),
      { numRuns },
    );
  });

  test("activates through `latest` only a passive Restore that is Enabled, once, under the uid that it was read with", async () => {
    const step = steps.find(({ step: { name } }) => name === "activate_managed_clusters")?.step;
    await fc.assert(
      fc.asyncProperty(world, async (any) => {
        const given: World = { ...any, method: "passive", activationMethod: "patch" };
        const bench = benchOf(given);
        if (step !== undefined) await rest(step, bench);
        expect(bench.changes.length).toBeLessThanOrEqual(1);
        for (const change of bench.changes) {
          const restore = given.hubs.secondary.restores.find(({ metadata }) => metadata.name === change.ref.name);
          expect(restore?.status?.phase).toBe("Enabled");
          expect(change).toMatchObject({ verb: "merge-patch", precondition: { uid: restore?.metadata.uid } });
          expect(bench.context.memory().activation?.restoreUid).toBe(restore?.metadata.uid);
        }
      }),
      { numRuns },
    );
  });

  test.each([
    ["passive", "activate_managed_clusters"],
    ["full", "create_full_restore"],
  ] as const)(
    "creates a Restore of method %s only once nothing that syncs or has its name is left, and names all three kinds",
    async (method, stepName) => {
      const step = steps.find(({ step: { name } }) => name === stepName)?.step;
      let created = 0;
      await fc.assert(
        fc.asyncProperty(world, async (any) => {
          // One that is being deleted goes with the wait for it, which these hubs do not play.
          const restores = any.hubs.secondary.restores.filter(({ metadata }) => !metadata.deletionTimestamp);
          const hubs = { ...any.hubs, secondary: { ...any.hubs.secondary, restores } };
          const activationMethod = method === "full" ? "patch" : "restore";
          const given: World = { ...any, hubs, method, activationMethod };
          const bench = benchOf(given);
          if (step !== undefined) await rest(step, bench);
          const creations = bench.changes.filter(({ verb }) => verb === "create");
          expect(creations.length).toBeLessThanOrEqual(1);
          if (creations.length === 0) return;
          created += 1;
          // One that is being deleted goes with the wait for it, which these hubs do not play.
          const left = bench.hubs.secondary.all(acmRestores).filter(({ metadata }) => !metadata.deletionTimestamp);
          expect(left.filter(({ spec }) => spec?.syncRestoreWithNewBackups === true)).toEqual([]);
          const { activation_plan: plan } = bench.context.memory();
          const made = left.find(({ metadata }) => metadata.annotations?.[annotation.activation] === plan?.marker);
          expect(made?.spec).toMatchObject({ cleanupBeforeRestore: "CleanupRestored" });
          expect([made?.spec?.veleroCredentialsBackupName, made?.spec?.veleroResourcesBackupName]).not.toContain(
            "skip",
          );
          expect(made?.spec?.veleroManagedClustersBackupName === "skip").toBe(plan?.stage === "data");
        }),
        { numRuns: 300 },
      );
      expect(created).toBeGreaterThan(0);
    },
  );

  test("W-11 moves first exactly the joined clusters with the labels, by one Restore that says so, and writes to no cluster", async () => {
    let created = 0;
    await fc.assert(
      fc.asyncProperty(world, async (any) => {
        const { selection: _selection, ...memory } = any.memory;
        const given: World = { ...any, memory, clusterSelector: "vendor=OpenShift" };
        const bench = benchOf(given);
        await rest(activateSelectedClusters, bench);
        expect([...touched(bench.changes, "primary"), ...touched(bench.changes, "secondary")]).toEqual([]);
        const creations = bench.changes.filter(({ verb }) => verb === "create");
        expect(creations.length).toBeLessThanOrEqual(1);
        for (const change of creations) {
          created += 1;
          expect(change).toMatchObject({
            target: "secondary",
            body: { spec: { cleanupBeforeRestore: "None", labelSelector: { matchLabels: { vendor: "OpenShift" } } } },
          });
        }
        const { local, clusters } = given.hubs.primary;
        const chosen = clusters
          .filter(({ metadata }) => metadata.name !== local && metadata.labels?.["vendor"] === "OpenShift")
          .filter((one) => summariseManagedCluster(one).joined)
          .map(({ metadata }) => metadata.name);
        if (creations.length > 0) expect(bench.context.memory().selection?.clusters).toEqual(chosen.toSorted());
      }),
      { numRuns: 300 },
    );
    expect(created).toBeGreaterThan(0);
  });

  test("W-11 asks for the import of no cluster but those that move first, and waits for no other", async () => {
    let asked = 0;
    await fc.assert(
      fc.asyncProperty(world, fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), async (any, picks) => {
        const all = any.hubs.secondary.clusters.filter(({ metadata }) => metadata.name !== any.hubs.secondary.local);
        const chosen = all.filter((_, index) => picks[index] === true).map(({ metadata }) => metadata.name);
        const selection = {
          selector: "vendor=OpenShift",
          clusters: chosen,
          restoreName: restoreName.selected,
          marker: "ours",
          restoreUid: "first",
          appliedAt: 0,
          expectedManagedClustersBackup: "m",
        };
        const restore: AcmRestore = {
          metadata: { name: restoreName.selected, namespace: defaultNamespaces.backup, uid: "first" },
          status: { phase: "Finished", veleroManagedClustersRestoreName: "first-clusters" },
        };
        const moved: VeleroRestore = {
          metadata: { name: "first-clusters", namespace: defaultNamespaces.backup },
          spec: { backupName: "m" },
          status: { phase: "Completed" },
        };
        const secondary = { ...any.hubs.secondary, restores: [restore], veleroRestores: [moved] };
        const bench = benchOf({
          ...any,
          hubs: { ...any.hubs, secondary },
          memory: { ...any.memory, selection },
          clusterSelector: "vendor=OpenShift",
        });
        const plan = await planOf(verifySelectedClusters, bench);
        expect(plan.state).not.toBe("refused");
        expect(touched(writesOf(plan), "primary")).toEqual([]);
        for (const name of touched(writesOf(plan), "secondary")) expect(chosen).toContain(name);
        asked += touched(writesOf(plan), "secondary").length;
        if (chosen.length === 0) expect(plan.state).toBe("done");
      }),
      { numRuns: 300 },
    );
    expect(asked).toBeGreaterThan(0);
  });

  test("scales only the metrics compactor and, where asked, the API, to nothing, and keeps how many there were", async () => {
    const step = steps.find(({ step: { name } }) => name === "scale_down_thanos")?.step;
    await fc.assert(
      fc.asyncProperty(world, async (given) => {
        const bench = benchOf(given);
        if (step !== undefined) await rest(step, bench);
        const { replicas, apiReplicas } = given.hubs.primary;
        const parts = [
          ["StatefulSet", objectName.thanosCompactor, replicas ?? 0],
          [
            "Deployment",
            objectName.observatoriumApi,
            given.pauseObservatoriumApi && replicas !== undefined ? apiReplicas : 0,
          ],
        ] as const;
        const running = given.skipObservability ? [] : parts.filter(([, , count]) => count > 0);
        const seen = Object.fromEntries(running.map(([kind, name, count]) => [`primary/${kind}/${name}`, count]));
        expect(bench.changes.map(({ ref }) => ref.name)).toEqual(running.map(([, name]) => name));
        // The first number that was seen stays.
        expect(bench.context.memory().replicas_before ?? {}).toEqual({ ...seen, ...given.memory.replicas_before });
      }),
      { numRuns },
    );
  });
});
