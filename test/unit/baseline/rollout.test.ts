import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { kubeletOverlaps } from "../../../steps/baseline/rollout/kubelet-overlap.ts";
import { type MachineConfigPool, readPool } from "../../../steps/baseline/rollout/machine-config-pool.ts";
import { describeRollout, type ObjectChange, planRollout } from "../../../steps/baseline/rollout/plan-rollout.ts";
import type { Json, JsonObject } from "../../../steps/lib/json/json.ts";
import { renderedObject } from "./support/assets.ts";
import { descheduler } from "./support/objects.ts";

const roleKey = "machineconfiguration.openshift.io/role";
const ownLabel = (name: string): string => `pools.operator.machineconfiguration.openshift.io/${name}`;

interface Given {
  readonly spec?: JsonObject;
  readonly nodes?: number;
  /** Further roles whose MachineConfigs a custom pool takes. */
  readonly inherits?: readonly string[];
}

/** A pool as the machine config operator, or the owner of a custom one, makes it. */
function pool(name: string, { spec = {}, nodes = 3, inherits = [] }: Given = {}): MachineConfigPool {
  const selector: JsonObject =
    inherits.length === 0
      ? { matchLabels: { [roleKey]: name } }
      : { matchExpressions: [{ key: roleKey, operator: "In", values: [...inherits, name] }] };
  return readPool({
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfigPool",
    metadata: { name, labels: { [ownLabel(name)]: "" } },
    spec: { machineConfigSelector: selector, ...spec },
    status: { machineCount: nodes },
  });
}

function machineConfig(
  role: string,
  spec: JsonObject = { kernelArguments: ["psi=1"] },
  name = `99-${role}`,
): ManagedObject {
  return {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfig",
    metadata: { name, labels: { [roleKey]: role } },
    spec,
  };
}

function kubeletConfig(selector: Json, name = "mine"): ManagedObject {
  return {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "KubeletConfig",
    metadata: { name },
    spec: { machineConfigPoolSelector: selector, kubeletConfig: { maxPods: 500 } },
  };
}

const ofPool = (name: string): JsonObject => ({ matchLabels: { [ownLabel(name)]: "" } });
const created = (after: ManagedObject): ObjectChange => ({ after });
const master = pool("master");
const worker = pool("worker", { nodes: 12 });
const infra = pool("infra", { nodes: 2, inherits: ["worker"] });
const cluster = [master, worker, infra];
const poolsOf = (changes: readonly ObjectChange[], pools: readonly MachineConfigPool[] = cluster): readonly string[] =>
  planRollout(changes, pools).map((one) => one.pool);

describe("the nodes that reboot", () => {
  test("are those of the pools that take a MachineConfig, custom pools that take its role among them", () => {
    expect(poolsOf([created(machineConfig("worker"))])).toEqual(["worker", "infra"]);
    expect(poolsOf([created(machineConfig("master"))])).toEqual(["master"]);
    expect(poolsOf([created(machineConfig("infra"))])).toEqual(["infra"]);
  });

  test("are those of the pool that a KubeletConfig names, and of custom pools that take the role of that pool", () => {
    expect(poolsOf([created(kubeletConfig(ofPool("worker")))])).toEqual(["worker", "infra"]);
    expect(poolsOf([created(kubeletConfig(ofPool("infra")))])).toEqual(["infra"]);
  });

  test.each([
    ["an empty selector", {}],
    ["no selector", null],
    ["a selector of a pool that is not there", ofPool("gpu")],
  ])("are none for a KubeletConfig with %s", (_given, selector) => {
    expect(poolsOf([created(kubeletConfig(selector))])).toEqual([]);
  });

  test.each([
    ["swap", "machine-config/swap-enable.yaml.liquid", ["worker", "infra"]],
    ["PSI of masters", "machine-config/psi-enable-master.yaml", ["master"]],
    ["settings of the kubelet", "kubelet/perf-settings.yaml.liquid", ["worker", "infra"]],
    ["the CPU manager", "kubelet/cpu-manager.yaml", ["worker", "infra"]],
  ])("for the asset of %s are known before it is applied", (_asset, path, pools) => {
    expect(poolsOf([created(renderedObject(path))])).toEqual(pools);
  });

  test("are none for what runs on nodes alone", () => {
    expect(poolsOf([created(descheduler())])).toEqual([]);
    expect(poolsOf([created({ ...machineConfig("worker"), apiVersion: "example.com/v1" })])).toEqual([]);
  });

  test("are none where a label or an annotation changes and no pool takes the object by it", () => {
    const before = machineConfig("worker");
    const after = { ...before, metadata: { ...before.metadata, annotations: { note: "x" } } };
    expect(poolsOf([{ before, after }])).toEqual([]);
  });

  test("are those of the pool that loses a MachineConfig, too", () => {
    expect(poolsOf([{ before: machineConfig("master"), after: machineConfig("worker") }])).toEqual([
      "master",
      "worker",
      "infra",
    ]);
  });

  test("are those where the spec changes", () => {
    const before = machineConfig("master");
    expect(poolsOf([{ before, after: machineConfig("master", { kernelArguments: ["psi=0"] }) }])).toEqual(["master"]);
  });

  test("are none in a pool without nodes", () => {
    expect(poolsOf([created(machineConfig("worker"))], [pool("worker", { nodes: 0 })])).toEqual([]);
  });

  test("reboot once for all changes of a pool", () => {
    const changes = [created(machineConfig("master")), created(machineConfig("master", {}, "50-other"))];
    expect(planRollout(changes, cluster)).toEqual([
      {
        pool: "master",
        nodes: 3,
        nodesAtOnce: 1,
        rounds: 3,
        isPaused: false,
        causes: ["MachineConfig/99-master", "MachineConfig/50-other"],
      },
    ]);
  });
});

describe("how many nodes a pool takes away at once", () => {
  test.each<[Json | undefined, number, number]>([
    [undefined, 12, 1],
    [3, 12, 3],
    [0, 12, 1],
    ["4", 12, 4],
    ["50%", 12, 6],
    ["10%", 12, 1],
    ["5%", 12, 1],
    ["100%", 12, 12],
    ["lots", 12, 1],
    [null, 12, 1],
  ])("is by maxUnavailable %j of %i nodes: %i", (maxUnavailable, nodes, atOnce) => {
    const spec = maxUnavailable === undefined ? {} : { maxUnavailable };
    expect(pool("worker", { nodes, spec }).nodesAtOnce).toBe(atOnce);
  });

  test("is at least one, and in so many rounds every node has its turn", () => {
    const limits = fc.oneof(
      fc.integer({ min: 0, max: 400 }),
      fc.integer({ min: 0, max: 100 }).map((share) => `${share}%`),
    );
    fc.assert(
      fc.property(limits, fc.integer({ min: 1, max: 500 }), (maxUnavailable, nodes) => {
        const [found] = planRollout(
          [created(machineConfig("worker"))],
          [pool("worker", { nodes, spec: { maxUnavailable } })],
        );
        const { rounds = 0, nodesAtOnce = 0 } = found ?? {};
        expect(nodesAtOnce).toBeGreaterThanOrEqual(1);
        expect(rounds * nodesAtOnce).toBeGreaterThanOrEqual(nodes);
        expect((rounds - 1) * nodesAtOnce).toBeLessThan(nodes);
      }),
    );
  });
});

describe("a selector of labels", () => {
  const expression = (operator: string, ...values: readonly string[]): JsonObject => ({
    key: roleKey,
    operator,
    values,
  });
  const takes = (machineConfigSelector: Json | undefined, role: string): boolean =>
    poolsOf([created(machineConfig(role))], [{ ...worker, machineConfigSelector }]).length > 0;

  test.each<[string, Json | undefined, boolean]>([
    ["with the label", { matchLabels: { [roleKey]: "worker" } }, true],
    ["with another value", { matchLabels: { [roleKey]: "gpu" } }, false],
    ["with a label that is not there", { matchLabels: { [roleKey]: "worker", other: "" } }, false],
    ["with what labels inherit", { matchLabels: { constructor: "worker" } }, false],
    ["In its values", { matchExpressions: [expression("In", "gpu", "worker")] }, true],
    ["In others", { matchExpressions: [expression("In", "gpu")] }, false],
    ["NotIn its values", { matchExpressions: [expression("NotIn", "worker")] }, false],
    ["NotIn others", { matchExpressions: [expression("NotIn", "gpu")] }, true],
    [
      "NotIn of a label that is not there",
      { matchExpressions: [{ key: "x", operator: "NotIn", values: ["y"] }] },
      true,
    ],
    ["In of a label that is not there", { matchExpressions: [{ key: "x", operator: "In", values: ["y"] }] }, false],
    ["Exists", { matchExpressions: [expression("Exists")] }, true],
    ["DoesNotExist", { matchExpressions: [expression("DoesNotExist")] }, false],
    ["an operator of another API", { matchExpressions: [expression("Gt", "1")] }, false],
    [
      "labels and expressions of which one does not fit",
      { matchLabels: { [roleKey]: "worker" }, matchExpressions: [expression("DoesNotExist")] },
      false,
    ],
    ["that is empty", {}, true],
    ["that is absent", undefined, false],
  ])("%s", (_given, selector, fits) => {
    expect(takes(selector, "worker")).toBe(fits);
  });

  test("fits by In exactly where it does not fit by NotIn", () => {
    const word = fc.constantFrom("worker", "master", "infra", "gpu");
    fc.assert(
      fc.property(fc.array(word), word, (values, role) => {
        const byIn = takes({ matchExpressions: [expression("In", ...values)] }, role);
        expect(takes({ matchExpressions: [expression("NotIn", ...values)] }, role)).toBe(!byIn);
      }),
    );
  });
});

describe("a rollout is told", () => {
  const told = (one: MachineConfigPool): readonly string[] =>
    planRollout([created(machineConfig("worker"))], [one]).map(describeRollout);

  test.each<[string, MachineConfigPool]>([
    ["12 nodes of pool worker reboot, 1 at a time, for MachineConfig/99-worker", pool("worker", { nodes: 12 })],
    ["1 node of pool worker reboots, for MachineConfig/99-worker", pool("worker", { nodes: 1 })],
    [
      "2 nodes of pool worker reboot, for MachineConfig/99-worker",
      pool("worker", { nodes: 2, spec: { maxUnavailable: "100%" } }),
    ],
    [
      "2 nodes of pool worker reboot, 1 at a time once the pool is no longer paused, for MachineConfig/99-worker",
      pool("worker", { nodes: 2, spec: { paused: true } }),
    ],
  ])("%s", (sentence, one) => {
    expect(told(one)).toEqual([sentence]);
  });
});

describe("B12 the advice kubelet-config-overlap", () => {
  const perf = renderedObject("kubelet/perf-settings.yaml.liquid");
  const cpu = renderedObject("kubelet/cpu-manager.yaml");

  test("is given where both assets are selected", () => {
    expect(kubeletOverlaps([perf, cpu], cluster)).toEqual([
      {
        id: "kubelet-config-overlap",
        note: expect.stringContaining("KubeletConfigs virt-cpu-manager, virt-perf-settings all name the pool worker"),
      },
    ]);
  });

  test("is given for one that a user has for the same pool", () => {
    const [advice] = kubeletOverlaps([perf, kubeletConfig(ofPool("worker"))], cluster);
    expect(advice?.note).toContain("mine, virt-perf-settings");
  });

  test.each([
    ["one asset alone", [perf]],
    ["another of another pool", [perf, kubeletConfig(ofPool("infra"))]],
    ["another that names no pool", [perf, kubeletConfig({})]],
  ])("is not given for %s", (_given, objects) => {
    expect(kubeletOverlaps(objects, cluster)).toEqual([]);
  });
});
