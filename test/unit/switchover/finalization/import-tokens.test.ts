import { describe, expect, test } from "@jest/globals";
import { KubeError } from "../../../../steps/lib/kube/kube-error.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { BackupSchedule, BackupScheduleSpec } from "../../../../steps/switchover/acm/hub-objects.ts";
import { enableBackupSchedule } from "../../../../steps/switchover/phases/finalization/enable-backup-schedule.ts";
import {
  guardTokens,
  type TokenComponent,
  tokenComponentOf,
  tokenWarnings,
} from "../../../../steps/switchover/phases/schedules/import-tokens.ts";
import { onNewHub, onOldHub } from "../../../../steps/switchover/phases/schedules/schedule-role.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";

const schedule = (spec: Partial<BackupScheduleSpec>): BackupSchedule => ({
  metadata: { name: "acm-hub-backup" },
  spec: { veleroSchedule: "0 */4 * * *", ...spec },
});
const wanting = schedule({ useManagedServiceAccount: true });

const said = (given: BackupSchedule, component: TokenComponent, role: typeof onNewHub | typeof onOldHub = onNewHub) =>
  tokenWarnings(given, component, role).map((action) => (action.kind === "warn" ? action.message : action.kind));

describe("K-42 before a BackupSchedule is made or unpaused", () => {
  test("nothing is said where it keeps the import tokens", () => {
    expect(said(wanting, "enabled")).toEqual([]);
    expect(guardTokens(true, "enabled", onNewHub)).toBeUndefined();
  });

  test.each([
    ["unset", {}],
    ["false", { useManagedServiceAccount: false }],
  ])("useManagedServiceAccount %s is said to delete every import token of the hub", (text, spec) => {
    expect(said(schedule(spec), "enabled", onOldHub)).toEqual([
      `BackupSchedule acm-hub-backup has useManagedServiceAccount ${text}: every import token of the old hub is deleted, restored ones too, and imported clusters cannot be moved again; set it to true`,
    ]);
    expect(said(schedule(spec), "disabled")).toEqual([
      expect.stringMatching(/set it to true once the component managedserviceaccount is enabled$/),
    ]);
  });

  test.each([
    ["not-listed", "its MultiClusterEngine does not list the component managedserviceaccount"],
    ["no-engine", "it has no MultiClusterEngine"],
    ["unreadable", "its MultiClusterEngine may not be read"],
  ] as const)("a component that is %s is no reason to refuse, nor to say nothing", (component, why) => {
    expect(guardTokens(true, component, onNewHub)).toBeUndefined();
    expect(said(wanting, component)).toEqual([
      `whether the new hub can make import tokens is not known: ${why}; if the component managedserviceaccount is off there, BackupSchedule acm-hub-backup is refused and every import token is deleted; enable the component in the MultiClusterEngine of the new hub`,
    ]);
  });

  test("one that wants tokens is refused while the component is off", () => {
    expect(guardTokens(true, "disabled", onNewHub)).toMatchObject({
      state: "refused",
      error: { text: { id: "SW-FIN-03" } },
    });
    expect(guardTokens(false, "disabled", onNewHub)).toBeUndefined();
  });
});

describe("the component of a hub that makes import tokens", () => {
  // The list is all that is asked for.
  const contextOf = (list: () => Promise<unknown>) =>
    ({ clients: { secondary: { list } }, signal: new AbortController().signal }) as unknown as SwitchoverContext;
  const refusedWith = (reason: "Forbidden" | "KindAbsent" | "ServerError") => () =>
    Promise.reject(
      new KubeError({ id: "KUBE-1", what: "a list", why: "no", fix: "none" }, { reason, status: 403, message: "no" }),
    );

  test("is unreadable where the role may not list MultiClusterEngines", async () => {
    expect(await tokenComponentOf(contextOf(refusedWith("Forbidden")), "secondary")).toBe("unreadable");
  });

  test("is nobody's where the hub does not serve them", async () => {
    expect(await tokenComponentOf(contextOf(refusedWith("KindAbsent")), "secondary")).toBe("no-engine");
  });

  test("is no question to go on without where the server fails", async () => {
    await expect(tokenComponentOf(contextOf(refusedWith("ServerError")), "secondary")).rejects.toThrow("a list");
  });
});

describe("the new hub's first schedule", () => {
  const template = { veleroSchedule: "30 */6 * * *" };

  function planned(component: TokenComponent, memory: OperationMemory, backupScheduleTemplate = template) {
    // What the planner of this step looks at.
    const context = {
      oldHub: "reachable",
      hubs: { secondary: { id: "new-hub", version: acmVersion("2.14.1") } },
      namespaces: { backup: "backup" },
      settings: { backupScheduleTemplate },
      memory: () => memory,
    } as unknown as SwitchoverContext;
    const none = { restores: [], schedules: [], veleroSchedules: [], backups: [] };
    return enableBackupSchedule.plan({ ...none, component, veleroReady: true, hubTime: 0 }, context);
  }

  function actionsOf(plan: ReturnType<typeof planned>): readonly unknown[] {
    if (plan.state !== "act") throw new Error(`the planner wants to be ${plan.state}`);
    return plan.actions;
  }

  const creating = (spec: Partial<BackupScheduleSpec>) =>
    expect.objectContaining({
      kind: "write",
      change: expect.objectContaining({ body: expect.objectContaining({ spec: expect.objectContaining(spec) }) }),
    });
  const warning = (text: string) => ({ kind: "warn", message: expect.stringContaining(text) });

  test("from a template that says nothing of import tokens makes them, and nothing is warned of", () => {
    const actions = actionsOf(planned("enabled", {}));
    expect(actions).toContainEqual(creating({ ...template, useManagedServiceAccount: true }));
    expect(actions).not.toContainEqual(expect.objectContaining({ kind: "warn" }));
  });

  test("from a template makes none where the component is off, after a warning that all are deleted", () => {
    const actions = actionsOf(planned("disabled", {}));
    expect(actions).toContainEqual(creating({ ...template, useManagedServiceAccount: false }));
    expect(actions).toContainEqual(warning("every import token of the new hub is deleted"));
  });

  test("from a saved one that makes none is created so, after the same warning", () => {
    const actions = actionsOf(planned("enabled", { saved_backup_schedules: [schedule({})] }));
    expect(actions).toContainEqual(warning("useManagedServiceAccount unset: every import token of the new hub"));
  });

  test("from a saved one that makes them is created where nobody can tell whether it can, after a warning", () => {
    const actions = actionsOf(planned("not-listed", { saved_backup_schedules: [wanting] }));
    expect(actions).toContainEqual(creating({ useManagedServiceAccount: true }));
    expect(actions).toContainEqual(warning("whether the new hub can make import tokens is not known"));
  });

  test("that a killed run kept and that makes tokens is not created once the component was turned off", () => {
    expect(planned("disabled", { schedule_to_create: wanting })).toMatchObject({
      state: "refused",
      error: { text: { id: "SW-FIN-03" } },
    });
  });
});
