import { describe, expect, test } from "@jest/globals";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import type { StepPlan } from "../../../../steps/lib/phase/types.ts";
import { annotation, fluxCrd } from "../../../../steps/switchover/acm/constants.ts";
import type { FluxObject } from "../../../../steps/switchover/acm/hub-objects.ts";
import { customResourceDefinitions, kustomizations } from "../../../../steps/switchover/acm/resources.ts";
import { verifyFluxPaused } from "../../../../steps/switchover/phases/activation/verify-argocd-paused.ts";
import { resumeFlux } from "../../../../steps/switchover/phases/finalization/resume-argocd-apps.ts";
import { pauseFlux } from "../../../../steps/switchover/phases/primary-preparation/pause-argocd-apps.ts";
import { rbResumeFlux } from "../../../../steps/switchover/phases/rollback/resume-argocd.ts";
import type { SwitchoverSettings, SwitchoverStep } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory, PausedApplication } from "../../../../steps/switchover/state/operation-memory.ts";
import { stepContext } from "../argocd/keeper-contexts.ts";

const runId = "aaaaaaaaaaaa";
const entry: PausedApplication = {
  hub: "primary",
  kind: "Kustomization",
  namespace: "flux-system",
  name: "acm",
  original_sync_policy: { suspend: false },
  pause_applied: true,
};
const paused: OperationMemory = { flux_run_id: runId, flux_paused: [entry] };

function kustomization(name: string, suspend: boolean): FluxObject {
  return {
    metadata: { name, namespace: "flux-system", resourceVersion: "7", annotations: { [annotation.pausedBy]: runId } },
    spec: { suspend },
    status: {
      inventory: { entries: [{ id: "open-cluster-management-backup_s_cluster.open-cluster-management.io_Restore" }] },
    },
  };
}

interface Given {
  readonly live: readonly FluxObject[];
  readonly memory?: OperationMemory;
  readonly settings?: Partial<SwitchoverSettings>;
  readonly dryRun?: boolean;
}

/** What the step wants on a primary with these Kustomizations. */
async function planOf(step: SwitchoverStep, given: Given): Promise<StepPlan<OperationMemory>> {
  const versions = [{ name: "v1", served: true, storage: true }];
  const context = stepContext({
    fill(hub) {
      hub.put(customResourceDefinitions, [{ metadata: { name: fluxCrd.kustomizations }, spec: { versions } }]);
      hub.put(kustomizations, given.live);
    },
    runId,
    settings: { fluxManage: true, fluxResume: true, ...given.settings },
    memory: given.memory,
    dryRun: given.dryRun,
  });
  return readAndPlan(step, context);
}

function writesOf(plan: StepPlan<OperationMemory>): readonly object[] {
  const actions = plan.state === "act" ? plan.actions : [];
  return actions.flatMap((action) =>
    action.kind === "bulk"
      ? action.changes.map((change) => ({ [change.summary]: "patch" in change ? change.patch : undefined }))
      : [],
  );
}

const held = kustomization("acm", true);
const turnedOn = kustomization("acm", false);
const suspends = {
  "suspend Kustomization flux-system/acm": {
    metadata: { annotations: { [annotation.pausedBy]: runId } },
    spec: { suspend: true },
  },
};
const givesBack = {
  "give suspend back as it was to Kustomization flux-system/acm": {
    metadata: { annotations: { [annotation.pausedBy]: null } },
    spec: { suspend: false },
  },
};

describe("W-13 the step pause_flux", () => {
  test("looks at no hub without flux-manage", async () => {
    const plan = await planOf(pauseFlux, { live: [turnedOn], settings: { fluxManage: false } });
    expect(plan).toEqual({ state: "skipped", note: "flux-manage is not given" });
  });

  test("plans in a dry run what a real run would do", async () => {
    expect(writesOf(await planOf(pauseFlux, { live: [turnedOn] }))).toEqual([suspends]);
    expect(writesOf(await planOf(pauseFlux, { live: [turnedOn], dryRun: true }))).toEqual([suspends]);
  });
});

describe("W-13 the look at Flux right before the activation", () => {
  test("is content where all stand still", async () => {
    expect(await planOf(verifyFluxPaused, { live: [held], memory: paused })).toMatchObject({ state: "done" });
  });

  test("suspends again what was turned on since, and keeps what it was at first", async () => {
    const plan = await planOf(verifyFluxPaused, { live: [turnedOn], memory: paused });
    expect(writesOf(plan)).toEqual([suspends]);
    const [remember] = plan.state === "act" ? plan.actions : [];
    if (remember?.kind !== "remember") throw new Error("nothing is remembered before the write");
    expect(remember.update(paused).flux_paused).toEqual([{ ...entry, pause_applied: false, reverted: 1 }]);
  });

  test("fails where it was turned on too often", async () => {
    const memory = { ...paused, flux_paused: [{ ...entry, reverted: 3 }] };
    expect(await planOf(verifyFluxPaused, { live: [turnedOn], memory })).toMatchObject({
      state: "refused",
      error: { text: { id: "SW-FLUX-02" } },
    });
  });

  test("leaves alone what came after the pause, and what Argo CD's pause is", async () => {
    const memory = { ...paused, argocd_run_id: "b", argocd_paused_apps: [] };
    const plan = await planOf(verifyFluxPaused, { live: [held, kustomization("later", false)], memory });
    expect(writesOf(plan)).toEqual([]);
  });
});

describe("W-13 the steps resume_flux and rb_resume_flux", () => {
  test("give suspend back where that was asked for", async () => {
    expect(writesOf(await planOf(resumeFlux, { live: [held], memory: paused }))).toEqual([givesBack]);
  });

  test("say what stays suspended where it was not", async () => {
    const plan = await planOf(resumeFlux, { live: [held], memory: paused, settings: { fluxResume: false } });
    expect(plan).toMatchObject({
      state: "skipped",
      note: expect.stringMatching(/^1 objects of Flux stay paused: give argocd-resume/),
    });
  });

  test("a rollback gives it back without being asked, and first settles a pause that was cut off", async () => {
    expect(writesOf(await planOf(rbResumeFlux, { live: [held], memory: paused }))).toEqual([givesBack]);
    const begun = { ...paused, flux_paused: [{ ...entry, pause_applied: false }] };
    const plan = await planOf(rbResumeFlux, { live: [held], memory: begun });
    const [remember] = plan.state === "act" ? plan.actions : [];
    if (remember?.kind !== "remember") throw new Error("nothing is settled");
    expect(remember.update(begun)).toEqual(paused);
  });
});
