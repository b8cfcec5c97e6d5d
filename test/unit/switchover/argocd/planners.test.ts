import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Action, Change, StepPlan } from "../../../../steps/lib/phase/types.ts";
import { annotation } from "../../../../steps/switchover/acm/constants.ts";
import type { HubName } from "../../../../steps/switchover/acm/hub-identity.ts";
import type { Application, CustomResourceDefinition } from "../../../../steps/switchover/acm/hub-objects.ts";
import { applications, customResourceDefinitions } from "../../../../steps/switchover/acm/resources.ts";
import type { ArgoContext } from "../../../../steps/switchover/argocd/argo-context.ts";
import { pauseApplications, resumeApplications } from "../../../../steps/switchover/argocd/argo-steps.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";
import { planningContext } from "./keeper-contexts.ts";

// Hubs with any Applications: what the planners want is done as an API server would do it, then they are asked again.

const hubNames: readonly HubName[] = ["primary", "secondary"];
const crd: CustomResourceDefinition = { metadata: { name: "applications.argoproj.io" } };
const otherRun = "0123456789ab";

const flag = fc.option(fc.boolean(), { nil: undefined });
const automated = fc.record({ prune: fc.boolean(), selfHeal: fc.boolean(), enabled: flag }, { requiredKeys: [] });
const syncPolicy = fc.option(
  fc.record(
    {
      automated: automated.map((fields) => JSON.parse(JSON.stringify(fields))),
      syncOptions: fc.array(fc.constantFrom("CreateNamespace=true", "Replace=true"), { maxLength: 2 }),
      retry: fc.record({ limit: fc.nat(9) }),
    },
    { requiredKeys: [] },
  ),
  { nil: undefined },
);
const resource = fc.constantFrom(
  { kind: "BackupSchedule", namespace: "open-cluster-management-backup", name: "acm-hub-backup" },
  { kind: "ConfigMap", namespace: "open-cluster-management-agent", name: "c" },
  { kind: "Deployment", namespace: "shop", name: "web" },
);

function applicationOf(name: string): fc.Arbitrary<Application> {
  return fc.record({
    metadata: fc.constantFrom(undefined, otherRun).map((marker) => ({
      name,
      namespace: "gitops",
      resourceVersion: "1",
      ...(marker === undefined ? {} : { annotations: { [annotation.pausedBy]: marker } }),
    })),
    spec: syncPolicy.map((policy) => ({ project: "default", ...(policy === undefined ? {} : { syncPolicy: policy }) })),
    status: fc.record({ resources: fc.array(resource, { minLength: 1, maxLength: 2 }) }),
  });
}

const some = fc.tuple(...["a", "b", "c"].map((name) => fc.option(applicationOf(name), { nil: undefined })));
const hub = some.map((list) => list.filter((one) => one !== undefined));
const hubsGiven = fc.record({ primary: hub, secondary: hub });

class Bench {
  readonly hubs = { primary: new HubInMemory("primary", 0), secondary: new HubInMemory("secondary", 0) };
  readonly changes: Change[] = [];
  memory: OperationMemory = {};

  constructor(given: Readonly<Record<HubName, readonly Application[]>>) {
    for (const name of hubNames) {
      this.hubs[name].put(customResourceDefinitions, [crd]);
      this.hubs[name].put(applications, given[name]);
    }
  }

  context(): ArgoContext {
    return planningContext(this.hubs, () => this.memory);
  }

  /** Does what the plan wants, up to a write that `fails` says no to. */
  perform(actions: readonly Action<OperationMemory>[], fails: (change: Change) => boolean = () => false): boolean {
    for (const action of actions) {
      if (action.kind === "remember") this.memory = action.update(this.memory);
      if (action.kind !== "bulk") continue;
      for (const change of action.changes.filter((one) => !fails(one))) {
        this.hubs[change.target as HubName].apply(change); // the planners name hubs only
        this.changes.push(change);
      }
      if (action.changes.some(fails)) return false;
    }
    return true;
  }

  async pause(fails?: (change: Change) => boolean): Promise<StepPlan<OperationMemory>> {
    return await this.rest(
      async (context) => pauseApplications.plan(await pauseApplications.read(context), context),
      fails,
    );
  }

  async resume(): Promise<StepPlan<OperationMemory>> {
    return await this.rest(async (context) => resumeApplications.plan(await resumeApplications.read(context), context));
  }

  /** The last plan of a step: its rounds end as the runner ends them. */
  private async rest(
    look: (context: ArgoContext) => Promise<StepPlan<OperationMemory>>,
    fails?: (change: Change) => boolean,
  ): Promise<StepPlan<OperationMemory>> {
    for (let round = 0; round < 8; round += 1) {
      const plan = await look(this.context());
      if (plan.state !== "act") return plan;
      if (!this.perform(plan.actions, fails)) {
        this.perform((await pauseApplications.onFailure?.(failure, this.context())) ?? []);
        return plan;
      }
      if (plan.afterwards === "done") return plan;
    }
    throw new Error("the step does not come to rest");
  }

  snapshot(): unknown {
    return hubNames.map((name) =>
      this.hubs[name]
        .all(applications)
        .map(({ metadata, spec }) => ({ name: metadata.name, spec, annotations: metadata.annotations ?? {} }))
        .toSorted((a, b) => a.name.localeCompare(b.name)),
    );
  }

  of(target: HubName, name: string): Application {
    const found = this.hubs[target].all(applications).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`the ${target} hub has no Application ${name}`);
    return found;
  }
}

// Of the type that the runner hands on; what it says matters to nobody here.
const failure = new Error("refused") as unknown as Parameters<NonNullable<typeof pauseApplications.onFailure>>[0];

function policyOf({ spec }: Application): Readonly<Record<string, unknown>> {
  return spec?.syncPolicy ?? {};
}

function isOn(application: Application): boolean {
  const { automated: value } = policyOf(application) as { readonly automated?: { readonly enabled?: boolean } };
  return value !== undefined && value.enabled !== false;
}

function touchesAcm({ status }: Application): boolean {
  return (status?.resources ?? []).some(({ namespace = "" }) => namespace.startsWith("open-cluster-management"));
}

/** An Application that syncs by itself and touches ACM. */
function acmApplication(name: string, policy: object = { automated: {} }): Application {
  return {
    metadata: { name, namespace: "gitops", resourceVersion: "1" },
    spec: { syncPolicy: { ...policy } },
    status: { resources: [{ kind: "BackupSchedule", namespace: "open-cluster-management-backup", name: "s" }] },
  };
}

describe("a pause of any Applications", () => {
  test("leaves none that touches ACM syncing by itself, and changes no other", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, async (given) => {
        const bench = new Bench(given);
        await bench.pause();
        for (const name of hubNames) {
          for (const before of given[name]) {
            const after = bench.of(name, before.metadata.name);
            if (!isOn(before) || !touchesAcm(before)) {
              expect(after).toEqual(before);
              continue;
            }
            const { automated: _gone, ...kept } = policyOf(before);
            expect(policyOf(after)).toEqual(kept);
            expect(after.metadata.annotations).toEqual({ [annotation.pausedBy]: "ffffffffffff" });
          }
        }
      }),
    );
  });

  test("asked a second time does nothing", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, async (given) => {
        const bench = new Bench(given);
        await bench.pause();
        const [writes, memory] = [bench.changes.length, bench.memory];
        expect((await bench.pause()).state).toBe("done");
        expect(bench.changes).toHaveLength(writes);
        expect(bench.memory).toEqual(memory);
      }),
    );
  });

  test("is taken back exactly by a resume, but for stale markers; a second resume does nothing", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, async (given) => {
        const bench = new Bench(given);
        const before = new Bench(given);
        await bench.pause();
        const paused = bench.memory.argocd_paused_apps ?? [];
        expect((await bench.resume()).state).not.toBe("refused");
        // A pause overwrites the marker of another run on what syncs by itself: that one was stale.
        for (const { hub: target, name } of paused) {
          const { metadata, spec } = before.of(target, name);
          before.hubs[target].apply({
            target,
            resource: applications,
            ref: { name, namespace: "gitops" },
            summary: "drop the stale marker",
            verb: "merge-patch",
            patch: { metadata: { annotations: { [annotation.pausedBy]: null } } },
          });
          expect(spec).toEqual(bench.of(target, metadata.name).spec);
        }
        expect(bench.snapshot()).toEqual(before.snapshot());
        const writes = bench.changes.length;
        expect((await bench.resume()).state).toBe("done");
        expect(bench.changes).toHaveLength(writes);
      }),
    );
  });

  test("of which writes fail remembers what was paused and no more, and a second one does the rest", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, fc.constantFrom("a", "b", "c"), async (given, refused) => {
        const bench = new Bench(given);
        await bench.pause((change) => change.ref.name === refused);
        for (const entry of bench.memory.argocd_paused_apps ?? []) {
          expect(entry).toMatchObject({ pause_applied: true });
          expect(isOn(bench.of(entry.hub, entry.name))).toBe(false);
        }
        await bench.pause();
        const whole = new Bench(given);
        await whole.pause();
        expect(bench.snapshot()).toEqual(whole.snapshot());
      }),
    );
  });

  test("killed after any number of writes is taken up by the next one", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, fc.nat(3), async (given, count) => {
        const bench = new Bench(given);
        const context = bench.context();
        const plan = pauseApplications.plan(await pauseApplications.read(context), context);
        const actions = plan.state === "act" ? plan.actions.slice(0, 2) : [];
        const cut = actions.map((action) =>
          action.kind === "bulk" ? { ...action, changes: action.changes.slice(0, count) } : action,
        );
        bench.perform(cut);
        await bench.pause();
        const whole = new Bench(given);
        await whole.pause();
        expect(bench.snapshot()).toEqual(whole.snapshot());
        await Promise.all([bench.resume(), whole.resume()]);
        expect(bench.snapshot()).toEqual(whole.snapshot());
      }),
    );
  });
});

describe("hubs that Argo CD is gone from", () => {
  test("make a pause forget what it knew, and no more of the memory", async () => {
    const bench = new Bench({ primary: [acmApplication("a")], secondary: [] });
    await bench.pause();
    bench.memory = { ...bench.memory, primary_version: "2.14.1" };
    for (const name of hubNames) bench.hubs[name].put(customResourceDefinitions, []);
    await bench.pause();
    expect(bench.memory).toEqual({ primary_version: "2.14.1" });
  });
});

describe("an Application that somebody turned on again", () => {
  const first = { automated: { prune: true }, syncOptions: ["A=true"] };
  const set = { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", name: "fleet", uid: "1" };
  const ofSet = { ownerReferences: [set] };
  const ofParent = { annotations: { [annotation.argoTracking]: "apps:argoproj.io/Application:gitops/a" } };
  const turnOn = (bench: Bench): void =>
    bench.hubs.primary.apply({
      target: "primary",
      resource: applications,
      ref: { name: "a", namespace: "gitops" },
      summary: "turn it on",
      verb: "merge-patch",
      patch: { spec: { syncPolicy: { automated: { selfHeal: true } } } },
    });

  test("is paused again, and gets back what it had at first", async () => {
    const bench = new Bench({ primary: [acmApplication("a", first)], secondary: [] });
    await bench.pause();
    turnOn(bench);
    await bench.pause();
    expect(policyOf(bench.of("primary", "a"))).toEqual({ syncOptions: ["A=true"] });
    await bench.resume();
    expect(policyOf(bench.of("primary", "a"))).toEqual(first);
  });

  test.each([
    ["a person", {}, 4, "primary gitops/a"],
    ["an ApplicationSet", ofSet, 2, "primary gitops/a (made by ApplicationSet fleet)"],
    ["a parent Application", ofParent, 2, "primary gitops/a (made by Application apps)"],
  ])("too often, by %s, is given up, naming it and what makes it", async (_who, metadata, times, named) => {
    const given = acmApplication("a", first);
    const bench = new Bench({ primary: [{ ...given, metadata: { ...given.metadata, ...metadata } }], secondary: [] });
    for (let time = 0; time < times; time += 1) {
      expect((await bench.pause()).state).not.toBe("refused");
      turnOn(bench);
    }
    expect(await bench.pause()).toMatchObject({
      state: "refused",
      error: {
        text: {
          id: "SW-ARGO-02",
          what: `automated sync does not stay off: ${named}`,
          why: expect.stringContaining(`on again ${times} times`),
          fix: expect.stringContaining("ignoreApplicationDifferences"),
        },
      },
    });
  });

  test("is looked at for a while after the pause where something makes it, and not where nothing does", async () => {
    const waitsAfterPause = async (metadata: object): Promise<readonly string[]> => {
      const given = acmApplication("a", first);
      const bench = new Bench({ primary: [{ ...given, metadata: { ...given.metadata, ...metadata } }], secondary: [] });
      const plan = pauseApplications.plan(await pauseApplications.read(bench.context()), bench.context());
      return plan.state === "act" ? plan.actions.flatMap((one) => (one.kind === "wait" ? [one.wait.title] : [])) : [];
    };
    expect(await waitsAfterPause({})).toEqual([]);
    for (const made of [ofSet, ofParent]) {
      expect(await waitsAfterPause(made)).toEqual(["waiting until the paused Applications stand still"]);
    }
  });

  test("in any way while it was paused gets back exactly what it had, and nothing more", async () => {
    const policy = syncPolicy.map((one) => one ?? {});
    await fc.assert(
      fc.asyncProperty(policy, policy, async (was, becomes) => {
        const before = { ...was, automated: { prune: true } };
        const bench = new Bench({ primary: [acmApplication("a", before)], secondary: [] });
        await bench.pause();
        const live = bench.of("primary", "a");
        bench.hubs.primary.put(applications, [{ ...live, spec: { ...live.spec, syncPolicy: becomes } }]);
        await bench.resume();
        expect(policyOf(bench.of("primary", "a"))).toEqual(before);
      }),
    );
  });

  test("after its resume is paused anew, with the policy that it has by then", async () => {
    const bench = new Bench({ primary: [acmApplication("a", first)], secondary: [] });
    await bench.pause();
    await bench.resume();
    turnOn(bench);
    const between = policyOf(bench.of("primary", "a"));
    await bench.pause();
    await bench.resume();
    expect(policyOf(bench.of("primary", "a"))).toEqual(between);
  });
});

describe("a paused Application of which a sync is under way", () => {
  const begun = (phase: string): Application => {
    const application = acmApplication("a");
    return { ...application, status: { ...application.status, operationState: { phase } } };
  };

  test.each(["Running", "Terminating"])("is waited for (%s), also by a later pause", async (phase) => {
    const bench = new Bench({ primary: [begun(phase)], secondary: [] });
    await expect(bench.pause()).rejects.toThrow("does not come to rest");
    expect(policyOf(bench.of("primary", "a"))).toEqual({});
    const context = bench.context();
    expect(pauseApplications.plan(await pauseApplications.read(context), context)).toMatchObject({
      state: "act",
      note: "a sync of 1 paused Applications is under way",
      actions: [{ kind: "wait" }],
    });
  });

  test.each(["Succeeded", "Failed", "Error"])("is at rest when it has ended (%s)", async (phase) => {
    const bench = new Bench({ primary: [begun(phase)], secondary: [] });
    expect((await bench.pause()).state).toBe("done");
  });
});

describe("an Application whose ApplicationSet takes the marker away", () => {
  const owner = { apiVersion: "argoproj.io/v1alpha1", kind: "ApplicationSet", name: "fleet", uid: "1" };
  const unmark = (bench: Bench): void =>
    bench.hubs.primary.apply({
      target: "primary",
      resource: applications,
      ref: { name: "a", namespace: "gitops" },
      summary: "as the controller writes annotations",
      verb: "merge-patch",
      patch: { metadata: { annotations: { [annotation.pausedBy]: null } } },
    });
  const paused = async (owners: readonly (typeof owner)[]): Promise<Bench> => {
    const given = acmApplication("a", { automated: { prune: true } });
    const metadata = { ...given.metadata, ownerReferences: owners };
    const bench = new Bench({ primary: [{ ...given, metadata }], secondary: [] });
    await bench.pause();
    unmark(bench);
    return bench;
  };

  test("gets its policy back all the same, once", async () => {
    const bench = await paused([owner]);
    expect((await bench.resume()).state).not.toBe("refused");
    expect(policyOf(bench.of("primary", "a"))).toEqual({ automated: { prune: true } });
    expect(bench.memory.argocd_paused_apps).toMatchObject([{ resumed: true }]);
    const writes = bench.changes.length;
    expect((await bench.resume()).state).toBe("done");
    expect(bench.changes).toHaveLength(writes);
  });

  test("is not written again where somebody turned it off after the resume", async () => {
    const bench = await paused([owner]);
    await bench.resume();
    const live = bench.of("primary", "a");
    bench.hubs.primary.put(applications, [{ ...live, spec: { ...live.spec, syncPolicy: {} } }]);
    expect((await bench.resume()).state).toBe("done");
    expect(policyOf(bench.of("primary", "a"))).toEqual({});
  });

  test("is left alone where no ApplicationSet makes it: a person has taken it over", async () => {
    const bench = await paused([]);
    expect((await bench.resume()).state).not.toBe("refused");
    expect(policyOf(bench.of("primary", "a"))).toEqual({});
  });

  test("stays known as paused where the pause of another one fails", async () => {
    const bench = await paused([owner]);
    const entries = (bench.memory.argocd_paused_apps ?? []).map((entry) => ({ ...entry, pause_applied: false }));
    bench.memory = { ...bench.memory, argocd_paused_apps: entries };
    bench.perform((await pauseApplications.onFailure?.(failure, bench.context())) ?? []);
    expect(bench.memory.argocd_paused_apps).toMatchObject([{ name: "a", pause_applied: true }]);
  });
});

describe("what a resume leaves alone", () => {
  const paused = async (): Promise<Bench> => {
    const bench = new Bench({ primary: [acmApplication("a"), acmApplication("b")], secondary: [] });
    await bench.pause();
    return bench;
  };
  const mark = (bench: Bench, name: string, patch: object): void =>
    bench.hubs.primary.apply({
      target: "primary",
      resource: applications,
      ref: { name, namespace: "gitops" },
      summary: "as somebody else",
      verb: "merge-patch",
      patch,
    });
  const asOther = { metadata: { annotations: { [annotation.pausedBy]: otherRun } } };

  test("A-62: is what another run has paused since, which is told; the rest is resumed", async () => {
    const bench = await paused();
    mark(bench, "a", asOther);
    expect(await bench.resume()).toMatchObject({
      state: "refused",
      error: {
        text: {
          id: "SW-ARGO-03",
          what: "1 of 2 Applications could not be resumed",
          why: `primary gitops/a: paused by another run (${otherRun})`,
        },
      },
    });
    expect(policyOf(bench.of("primary", "a"))).toEqual({});
    expect(policyOf(bench.of("primary", "b"))).toEqual({ automated: {} });
  });

  test("loses a stale marker where it syncs by itself", async () => {
    const bench = await paused();
    mark(bench, "a", { ...asOther, spec: { syncPolicy: { automated: { prune: true } } } });
    expect((await bench.resume()).state).toBe("act");
    expect(policyOf(bench.of("primary", "a"))).toEqual({ automated: { prune: true } });
    expect(bench.of("primary", "a").metadata.annotations).toEqual({});
  });

  test.each([
    [
      "is gone",
      (bench: Bench) => bench.hubs.primary.put(applications, [bench.of("primary", "b")]),
      "primary gitops/a: not found",
    ],
    [
      "was never confirmed",
      (bench: Bench) => {
        const [entry, ...others] = bench.memory.argocd_paused_apps ?? [];
        if (entry === undefined) throw new Error("nothing was paused");
        bench.memory = { ...bench.memory, argocd_paused_apps: [{ ...entry, pause_applied: false }, ...others] };
      },
      "primary gitops/a: its pause is not confirmed",
    ],
    [
      "is named by half an entry",
      (bench: Bench) => {
        const [, ...others] = bench.memory.argocd_paused_apps ?? [];
        bench.memory = JSON.parse(
          JSON.stringify({ ...bench.memory, argocd_paused_apps: [{ hub: "primary" }, ...others] }),
        );
      },
      'an entry of the state is malformed: {"hub":"primary"}',
    ],
  ])("is told where it %s, after the rest is resumed", async (_what, spoil, why) => {
    const bench = await paused();
    spoil(bench);
    expect(await bench.resume()).toMatchObject({
      state: "refused",
      error: { text: { why: expect.stringContaining(why) } },
    });
    expect(policyOf(bench.of("primary", "b"))).toEqual({ automated: {} });
  });
});
