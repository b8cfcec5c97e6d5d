import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Action, Change, StepPlan } from "../../../../steps/lib/phase/types.ts";
import { annotation, fluxCrd } from "../../../../steps/switchover/acm/constants.ts";
import type { HubName } from "../../../../steps/switchover/acm/hub-identity.ts";
import type { CustomResourceDefinition, FluxObject } from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import {
  backupSchedules,
  customResourceDefinitions,
  helmReleases,
  kustomizations,
} from "../../../../steps/switchover/acm/resources.ts";
import type { ArgoContext } from "../../../../steps/switchover/argocd/argo-context.ts";
import { pauseFluxObjects, resumeFluxObjects } from "../../../../steps/switchover/flux/flux-steps.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";
import { planningContext } from "../argocd/keeper-contexts.ts";
import { HubInMemory } from "../phases/hub-in-memory.ts";

// Hubs with any objects of Flux: what the planners want is done as an API server would, then they are asked again.

const hubNames: readonly HubName[] = ["primary", "secondary"];
const kinds = [kustomizations, helmReleases] as const;
const schedule = "open-cluster-management-backup_s_cluster.open-cluster-management.io_BackupSchedule";
const policy = "team_p_policy.open-cluster-management.io_Policy";
const shop = "shop_web_apps_Deployment";

function definition(name: string, version: string): CustomResourceDefinition {
  return { metadata: { name }, spec: { versions: [{ name: version, served: true, storage: true }] } };
}
const crds = [definition(fluxCrd.kustomizations, "v1"), definition(fluxCrd.helmReleases, "v2")];

function objectOf(name: string): fc.Arbitrary<FluxObject> {
  return fc
    .record({
      suspend: fc.constantFrom(undefined, false, true),
      ids: fc.array(fc.constantFrom(schedule, policy, shop), { minLength: 1, maxLength: 2 }),
      marked: fc.boolean(),
    })
    .map(({ suspend, ids, marked }) => ({
      metadata: {
        ...{ name, namespace: "flux-system", resourceVersion: "1" },
        // Of another run, which suspended it.
        ...(marked && suspend === true ? { annotations: { [annotation.pausedBy]: "0123456789ab" } } : {}),
      },
      spec: suspend === undefined ? {} : { suspend },
      status: { inventory: { entries: ids.map((id) => ({ id })) } },
    }));
}

type Given = Readonly<Record<HubName, readonly [readonly FluxObject[], readonly FluxObject[]]>>;
const some = fc
  .tuple(...["a", "b"].map((name) => fc.option(objectOf(name), { nil: undefined })))
  .map((list) => list.filter((one) => one !== undefined));
const hub = fc.tuple(some, some);
const hubsGiven: fc.Arbitrary<Given> = fc.record({ primary: hub, secondary: hub });

class Bench {
  readonly hubs = { primary: new HubInMemory("primary", 0), secondary: new HubInMemory("secondary", 0) };
  readonly changes: Change[] = [];
  memory: OperationMemory = {};

  constructor(given: Given, definitions: readonly CustomResourceDefinition[] = crds) {
    for (const name of hubNames) {
      this.hubs[name].put(customResourceDefinitions, definitions);
      for (const [index, kind] of kinds.entries()) this.hubs[name].put(kind, given[name][index] ?? []);
    }
  }

  context(): ArgoContext {
    return planningContext(this.hubs, () => this.memory);
  }

  perform(actions: readonly Action<OperationMemory>[], writes = Number.POSITIVE_INFINITY): void {
    for (const action of actions) {
      if (action.kind === "remember") this.memory = action.update(this.memory);
      if (action.kind !== "bulk") continue;
      for (const change of action.changes.slice(0, writes)) {
        this.hubs[change.target as HubName].apply(change); // the planners name hubs only
        this.changes.push(change);
      }
    }
  }

  async look(step: typeof pauseFluxObjects | typeof resumeFluxObjects): Promise<StepPlan<OperationMemory>> {
    const context = this.context();
    return step === pauseFluxObjects
      ? pauseFluxObjects.plan(await pauseFluxObjects.read(context), context)
      : resumeFluxObjects.plan(await resumeFluxObjects.read(context), context);
  }

  /** The last plan of a step: its rounds end as the runner ends them. */
  async run(step: typeof pauseFluxObjects | typeof resumeFluxObjects): Promise<StepPlan<OperationMemory>> {
    for (let round = 0; round < 8; round += 1) {
      const plan = await this.look(step);
      if (plan.state !== "act") return plan;
      this.perform(plan.actions);
      if (plan.afterwards === "done") return plan;
    }
    throw new Error("the step does not come to rest");
  }

  snapshot(): unknown {
    return hubNames.map((name) =>
      kinds.map((kind) =>
        this.hubs[name]
          .all(kind)
          .map(({ metadata, spec }) => ({ name: metadata.name, spec, annotations: metadata.annotations ?? {} }))
          .toSorted((a, b) => a.name.localeCompare(b.name)),
      ),
    );
  }

  of(target: HubName, kind: (typeof kinds)[number], name: string): FluxObject {
    const found = this.hubs[target].all(kind).find(({ metadata }) => metadata.name === name);
    if (found === undefined) throw new Error(`the ${target} hub has no ${kind.kind} ${name}`);
    return found;
  }
}

const touchesAcm = ({ status }: FluxObject): boolean =>
  (status?.inventory?.entries ?? []).some(({ id }) => id === schedule || id === policy);

function eachOf(given: Given) {
  return hubNames.flatMap((target) =>
    kinds.flatMap((kind, index) => (given[target][index] ?? []).map((before) => ({ target, kind, before }))),
  );
}

describe("W-13 a pause of any objects of Flux", () => {
  test("suspends what touches ACM and nothing else, and leaves alone what somebody had suspended", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, async (given) => {
        const bench = new Bench(given);
        await bench.run(pauseFluxObjects);
        for (const { target, kind, before } of eachOf(given)) {
          const after = bench.of(target, kind, before.metadata.name);
          const left = before.spec?.suspend === true || !touchesAcm(before);
          expect(left ? after : after.spec).toEqual(left ? before : { suspend: true });
        }
      }),
    );
  });

  test("is taken back exactly by a resume; a second resume does nothing", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, async (given) => {
        const bench = new Bench(given);
        await bench.run(pauseFluxObjects);
        expect((await bench.run(resumeFluxObjects)).state).not.toBe("refused");
        expect(bench.snapshot()).toEqual(new Bench(given).snapshot());
        const writes = bench.changes.length;
        expect((await bench.run(resumeFluxObjects)).state).toBe("done");
        expect(bench.changes).toHaveLength(writes);
      }),
    );
  });

  test("killed after any number of writes is taken up by the next one, and taken back exactly", async () => {
    await fc.assert(
      fc.asyncProperty(hubsGiven, fc.nat(4), async (given, count) => {
        const bench = new Bench(given);
        const plan = await bench.look(pauseFluxObjects);
        if (plan.state === "act") bench.perform(plan.actions.slice(0, 2), count);
        await bench.run(pauseFluxObjects);
        const whole = new Bench(given);
        await whole.run(pauseFluxObjects);
        expect(bench.snapshot()).toEqual(whole.snapshot());
        await bench.run(resumeFluxObjects);
        expect(bench.snapshot()).toEqual(new Bench(given).snapshot());
      }),
    );
  });
});

const empty: Given = { primary: [[], []], secondary: [[], []] };
function one(kind: "Kustomization" | "HelmRelease", rest: Partial<FluxObject>): Given {
  const object = { metadata: { name: "a", namespace: "flux-system", resourceVersion: "1" }, ...rest };
  return { ...empty, primary: kind === "Kustomization" ? [[object], []] : [[], [object]] };
}

describe("W-13 what of Flux touches ACM", () => {
  test.each([
    [
      "a Kustomization before its first reconciliation, by its target namespace",
      "Kustomization",
      "multicluster-engine",
      1,
    ],
    ["no Kustomization before its first reconciliation without one", "Kustomization", undefined, 0],
    ["a HelmRelease without an inventory, by its target namespace", "HelmRelease", "open-cluster-management", 1],
  ] as const)("%s", async (_what, kind, targetNamespace, count) => {
    const bench = new Bench(one(kind, { spec: targetNamespace === undefined ? {} : { targetNamespace } }));
    await bench.run(pauseFluxObjects);
    expect(bench.memory.flux_paused ?? []).toHaveLength(count);
  });

  test("a HelmRelease without an inventory, by its labels on a BackupSchedule", async () => {
    const bench = new Bench(one("HelmRelease", { spec: {} }));
    const labels = { "helm.toolkit.fluxcd.io/name": "a", "helm.toolkit.fluxcd.io/namespace": "flux-system" };
    bench.hubs.primary.put(backupSchedules, [{ metadata: { name: "s", namespace: defaultNamespaces.backup, labels } }]);
    await bench.run(pauseFluxObjects);
    expect(bench.memory.flux_paused).toEqual([
      {
        ...{ hub: "primary", kind: "HelmRelease", namespace: "flux-system", name: "a" },
        ...{ original_sync_policy: {}, pause_applied: true },
      },
    ]);
  });
});

describe("W-13 a Kustomization that does not stay suspended", () => {
  const managedFields = [
    { manager: "kustomize-controller", operation: "Apply", fieldsV1: { "f:spec": { "f:suspend": {} } } },
  ];
  const labels = { "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system" };
  const metadata = { name: "a", namespace: "flux-system", resourceVersion: "1" };
  const status = { inventory: { entries: [{ id: schedule }] } };
  const turnOn = (bench: Bench): void =>
    bench.hubs.primary.apply({
      target: "primary",
      resource: kustomizations,
      ref: { name: "a", namespace: "flux-system" },
      summary: "turn it on",
      verb: "merge-patch",
      patch: { spec: { suspend: false } },
    });

  test.each([
    ["a person", {}, 4, "primary Kustomization flux-system/a"],
    ["a parent without the field in Git, and somebody", { labels }, 4, "primary Kustomization flux-system/a"],
    [
      "a parent that has the field from Git",
      { labels, managedFields },
      2,
      "primary Kustomization flux-system/a (made by Kustomization flux-system/apps)",
    ],
  ])("too often, because of %s, is given up", async (_who, rest, times, named) => {
    const bench = new Bench(one("Kustomization", { metadata: { ...metadata, ...rest }, spec: {}, status }));
    for (let time = 0; time < times; time += 1) {
      expect((await bench.run(pauseFluxObjects)).state).not.toBe("refused");
      turnOn(bench);
    }
    expect(await bench.run(pauseFluxObjects)).toMatchObject({
      state: "refused",
      error: { text: { id: "SW-FLUX-02", what: `suspend does not stay on: ${named}` } },
    });
  });
});

describe("W-13 hubs without a Flux that is known", () => {
  test("make a pause forget what it knew of Flux, and not what of Argo CD", async () => {
    const bench = new Bench(empty, []);
    bench.memory = { argocd_run_id: "a", argocd_paused_apps: [], flux_run_id: "f", flux_paused: [] };
    await bench.run(pauseFluxObjects);
    expect(bench.memory).toEqual({ argocd_run_id: "a", argocd_paused_apps: [] });
  });

  test("fail it where Flux serves only older versions, and say which", async () => {
    const old = { ...crds[0], ...definition(fluxCrd.kustomizations, "v1beta2") };
    const bench = new Bench(empty, [old]);
    await expect(bench.look(pauseFluxObjects)).rejects.toMatchObject({
      text: {
        id: "SW-FLUX-01",
        why: expect.stringContaining("the hub serves v1beta2"),
        fix: expect.stringContaining("update Flux to 2.3 or later"),
      },
    });
  });
});
