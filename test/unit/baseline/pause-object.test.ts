import { describe, expect, test } from "@jest/globals";
import { nothingFound, type Settled } from "../../../steps/baseline/asset/asset-run.ts";
import { pauseObject } from "../../../steps/baseline/asset/pause-object.ts";
import { Cluster } from "../../../steps/baseline/cluster/cluster.ts";
import { RunState } from "../../../steps/baseline/run/run-state.ts";
import { emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { type Gate, peace, type War } from "../../../steps/baseline/throttle/edit-war.ts";
import type { KubeClient, Resource } from "../../../steps/lib/kube/types.ts";
import { kubeError } from "../lib/kube/fixtures.ts";
import { descheduler } from "./support/objects.ts";
import { deschedulerIdentity } from "./support/run-records.ts";

const key = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
const kubeDeschedulers: Resource = {
  group: "operator.openshift.io",
  version: "v1",
  plural: "kubedeschedulers",
  kind: "KubeDescheduler",
  scope: "namespaced",
};
const limits = { capacity: 10, windowMs: 60_000, repeatThreshold: 5, repeatWindowMs: 1_800_000 };
const corrections = [1, 2, 3, 4, 5].map((at) => ({ at, runId: `run-${at}`, paths: ["/spec/mode"] }));
const fought: War = { ...peace, corrections };
const gate: Extract<Gate, { state: "edit-war" }> = {
  state: "edit-war",
  war: { ...fought, episodeReported: true, isUntold: true },
  isNew: true,
};
const found = {
  ...nothingFound,
  drift: [{ path: "/spec/mode", live: "Automatic", desired: "Predictive", owners: ["somebody"] }],
  events: [{ reason: "DriftDetected", note: "fields that the baseline sets were changed" }],
} as const;

interface Obstacles {
  /** What storing the state fails with. */
  readonly refuse?: () => unknown;
  readonly mayMark?: boolean;
  readonly isAbsent?: boolean;
}

/** An object that a run is to pause, where its state can be stored so many times. */
function scene(storable: number, { refuse = () => kubeError("Forbidden"), mayMark = true, isAbsent }: Obstacles = {}) {
  const stop = new AbortController();
  let marked = 0;
  let stored = 0;
  const client: Partial<KubeClient> = {
    mergePatch: async () => {
      if (!mayMark) throw kubeError("AdmissionDenied");
      marked += 1;
      return { metadata: { name: "cluster" } } as never; // nobody reads the answer
    },
  };
  const before = { ...emptyState, wars: { [key]: fought } };
  const state = new RunState(before, async () => {
    if (stored >= storable) throw refuse();
    stored += 1;
  });
  // A pause makes this one call.
  const cluster = new Cluster(client as KubeClient, stop.signal);
  const live = isAbsent === true ? undefined : descheduler({}, { uid: "u-1" });
  const pause = () =>
    pauseObject(
      { resource: kubeDeschedulers, identity: deschedulerIdentity, live },
      gate,
      { cluster, state, limits },
      found,
    );
  return { pause, state, before, stop, marked: () => marked };
}

describe("an object that is to be paused, in a run whose state", () => {
  test("cannot be stored before, is not marked: it failed for the state, with its drift, and nothing is counted", async () => {
    const { pause, state, before, marked } = scene(0);
    expect(await pause()).toEqual({
      ...found,
      result: "failed",
      cause: "step",
      step: "state",
      error: expect.stringContaining("made up: Forbidden"),
    });
    expect([marked(), state.value]).toEqual([0, before]);
  });

  test("cannot be stored after it was marked, is paused: it failed for the edit war, which is told", async () => {
    const { pause, state, marked } = scene(1);
    expect(await pause()).toMatchObject({
      result: "failed",
      cause: "edit-war",
      isPaused: true,
      error: expect.stringContaining("made up: Forbidden"),
      drift: found.drift,
      events: [{ reason: "DriftDetected" }, { reason: "ThrashingDetected" }],
    });
    expect([marked(), state.war(deschedulerIdentity).pauseMarked]).toEqual([1, true]);
  });

  test.each([
    ["before it is marked", 0],
    ["after it was marked", 1],
  ])("another run has stored %s, ends this run", async (_when, storable) => {
    const stolen = new Error("another run has stored its own");
    const refuse = () => {
      stop.abort(stolen);
      return stolen;
    };
    const { pause, stop } = scene(storable, { refuse });
    await expect(pause()).rejects.toBe(stolen);
  });

  test("can be stored, is marked and counted once", async () => {
    const { pause, state, marked } = scene(2);
    expect(await pause()).toMatchObject({ cause: "edit-war", isPaused: true });
    expect([marked(), state.value.thrashings[key]]).toEqual([1, 1]);
  });
});

describe("what is told of an object that is to be paused", () => {
  async function told(settled: Promise<Settled>): Promise<string | undefined> {
    return (await settled).events.find(({ reason }) => reason === "ThrashingDetected")?.note;
  }

  test("is that it is paused where it was marked", async () => {
    expect(await told(scene(2).pause())).toContain("so it is paused by platform.kubevirt.io/reconcile-paused");
  });

  test("is that it could not be paused where the marker was refused", async () => {
    const { pause, state } = scene(2, { mayMark: false });
    expect(await told(pause())).toMatch(
      /could not be paused .* which the next run tries again .*made up: AdmissionDenied/,
    );
    expect(state.war(deschedulerIdentity)).toMatchObject({ pauseMarked: false, pausedAbsent: false });
  });

  test("is that it is paused in the state where it is absent", async () => {
    const { pause, state, marked } = scene(1, { isAbsent: true });
    expect(await told(pause())).toContain("with nothing to annotate, it is paused in the state alone");
    expect([marked(), state.war(deschedulerIdentity).pausedAbsent]).toEqual([0, true]);
  });
});
