import { describe, expect, test } from "@jest/globals";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import type { StepPlan } from "../../../../steps/lib/phase/types.ts";
import { annotation } from "../../../../steps/switchover/acm/constants.ts";
import type { Application } from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { applications, customResourceDefinitions } from "../../../../steps/switchover/acm/resources.ts";
import { settleEntries } from "../../../../steps/switchover/argocd/plan-pause.ts";
import { verifyArgocdPaused } from "../../../../steps/switchover/phases/activation/verify-argocd-paused.ts";
import { resumeArgocdApps } from "../../../../steps/switchover/phases/finalization/resume-argocd-apps.ts";
import { pauseArgocdApps } from "../../../../steps/switchover/phases/primary-preparation/pause-argocd-apps.ts";
import type { SwitchoverSettings, SwitchoverStep } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory, PausedApplication } from "../../../../steps/switchover/state/operation-memory.ts";
import { stepContext } from "./keeper-contexts.ts";

const runId = "aaaaaaaaaaaa";
const original = { automated: { prune: true }, syncOptions: ["A"] };
const entry: PausedApplication = {
  hub: "primary",
  namespace: "gitops",
  name: "acm",
  original_sync_policy: original,
  pause_applied: true,
};
const paused: OperationMemory = { argocd_run_id: runId, argocd_paused_apps: [entry] };

function application(name: string, syncPolicy: Readonly<Record<string, unknown>>): Application {
  return {
    metadata: { name, namespace: "gitops", resourceVersion: "7", annotations: { [annotation.pausedBy]: runId } },
    spec: { syncPolicy },
    status: { resources: [{ kind: "BackupSchedule", namespace: defaultNamespaces.backup, name: "s" }] },
  };
}

interface Given {
  readonly live: readonly Application[];
  readonly memory?: OperationMemory;
  readonly settings?: Partial<SwitchoverSettings>;
  readonly dryRun?: boolean;
  /** The primary is declared down; the Applications are then the secondary's. */
  readonly isDown?: true;
}

/** What the step wants on a primary with these Applications. */
async function planOf(step: SwitchoverStep, given: Given): Promise<StepPlan<OperationMemory>> {
  const context = stepContext({
    fill(hub) {
      hub.put(customResourceDefinitions, [{ metadata: { name: "applications.argoproj.io" } }]);
      hub.put(applications, given.live);
    },
    runId,
    settings: { argocdManage: true, argocdResume: true, ...given.settings },
    memory: given.memory,
    dryRun: given.dryRun,
    isDown: given.isDown,
  });
  return readAndPlan(step, context);
}

/** `patch acm` for each write. */
function writesOf(plan: StepPlan<OperationMemory>): readonly string[] {
  const actions = plan.state === "act" ? plan.actions : [];
  return actions.flatMap((action) =>
    action.kind === "bulk" ? action.changes.map(({ ref, summary }) => `${ref.name}: ${summary}`) : [],
  );
}

const still = application("acm", { syncOptions: ["A"] });
const turnedOn = application("acm", { automated: {} });

describe("the step pause_argocd_apps", () => {
  test("looks at no hub without argocd-manage", async () => {
    const plan = await planOf(pauseArgocdApps, { live: [turnedOn], settings: { argocdManage: false } });
    expect(plan).toEqual({ state: "skipped", note: "argocd-manage is not given" });
  });

  test("plans in a dry run what a real run would do", async () => {
    const [real, dry] = [
      await planOf(pauseArgocdApps, { live: [turnedOn] }),
      await planOf(pauseArgocdApps, { live: [turnedOn], dryRun: true }),
    ];
    expect(writesOf(real)).toEqual(["acm: turn automated sync of Application gitops/acm off"]);
    expect(writesOf(dry)).toEqual(writesOf(real));
  });
});

describe("the look right before the activation", () => {
  test("is content where all stand still", async () => {
    const plan = await planOf(verifyArgocdPaused, { live: [still], memory: paused });
    expect(plan).toMatchObject({ state: "done", note: expect.stringMatching(/^1 Applications paused/) });
  });

  test("pauses again what was turned on since, and keeps what it was at first", async () => {
    const plan = await planOf(verifyArgocdPaused, { live: [turnedOn], memory: paused });
    expect(writesOf(plan)).toEqual(["acm: turn automated sync of Application gitops/acm off"]);
    const [remember] = plan.state === "act" ? plan.actions : [];
    if (remember?.kind !== "remember") throw new Error("nothing is remembered before the write");
    expect(remember.update(paused).argocd_paused_apps).toEqual([
      { ...entry, pause_applied: false, reverted: 1, original_sync_policy: original },
    ]);
  });

  test("leaves alone what came after the pause", async () => {
    const plan = await planOf(verifyArgocdPaused, {
      live: [still, application("later", { automated: {} })],
      memory: paused,
    });
    expect(writesOf(plan)).toEqual([]);
  });

  test("asks for nothing where nothing was paused, nor in a dry run", async () => {
    expect(await planOf(verifyArgocdPaused, { live: [turnedOn] })).toMatchObject({ state: "skipped" });
    expect(await planOf(verifyArgocdPaused, { live: [turnedOn], memory: paused, dryRun: true })).toEqual({
      state: "skipped",
      note: "would look at 1 Applications",
    });
  });
});

describe("the step resume_argocd_apps", () => {
  test("gives the policy back where that was asked for", async () => {
    const plan = await planOf(resumeArgocdApps, { live: [still], memory: paused });
    expect(writesOf(plan)).toEqual(["acm: give its sync policy back to Application gitops/acm"]);
  });

  test("says what stays paused where it was not", async () => {
    const plan = await planOf(resumeArgocdApps, { live: [still], memory: paused, settings: { argocdResume: false } });
    expect(plan).toMatchObject({
      state: "skipped",
      note: expect.stringMatching(/^1 Applications stay paused: give argocd-resume/),
    });
  });

  test("reads and fails nothing in a dry run, whose pauses were never confirmed", async () => {
    const planned = { ...paused, argocd_paused_apps: [{ ...entry, pause_applied: false }] };
    const plan = await planOf(resumeArgocdApps, { live: [turnedOn], memory: planned, dryRun: true });
    expect(plan).toEqual({ state: "skipped", note: "would let 1 Applications sync again" });
  });
});

describe("where the old hub is declared down", () => {
  const onNew: PausedApplication = { ...entry, hub: "secondary" };
  const both: OperationMemory = { argocd_run_id: runId, argocd_paused_apps: [entry, onNew] };

  test("A-73 the Applications of the new hub are paused", async () => {
    const plan = await planOf(pauseArgocdApps, { live: [turnedOn], isDown: true });
    expect(writesOf(plan)).toEqual(["acm: turn automated sync of Application gitops/acm off"]);
  });

  test("A-73 those of the new hub sync again, those of the old one stay noted as paused", async () => {
    const plan = await planOf(resumeArgocdApps, { live: [still], memory: both, isDown: true });
    expect(writesOf(plan)).toEqual(["acm: give its sync policy back to Application gitops/acm"]);
    const alone = await planOf(resumeArgocdApps, { live: [], memory: paused, isDown: true });
    expect(alone).toEqual({ state: "skipped", note: "no Application of the new hub is paused" });
  });

  test("A-73 a failed pause forgets nothing of a hub that was not asked", () => {
    const begun = { ...both, argocd_paused_apps: [entry, onNew].map((one) => ({ ...one, pause_applied: false })) };
    const settled = settleEntries({ applications: [], hubs: ["secondary"] }, begun);
    expect(settled.argocd_paused_apps?.map(({ hub }) => hub)).toEqual(["primary"]);
  });
});
