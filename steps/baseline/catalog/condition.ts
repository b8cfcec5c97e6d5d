import { isJsonArray, isJsonObject, type Json, member, valueAt } from "../../lib/json/json.ts";
import type { Hardware } from "../context/hardware.ts";
import type { Topology } from "../context/topology.ts";
import { type ManagedObject, textIn } from "../object/managed-object.ts";

/** What must hold so that an asset is wanted. */
export type Condition =
  | { readonly type: "hardware-detection"; readonly detector: string }
  | { readonly type: "feature-gate"; readonly value: string }
  | { readonly type: "annotation"; readonly key: string; readonly value?: string }
  | { readonly type: "image"; readonly key: string }
  | { readonly type: "hco-field-unconfigured"; readonly path: string }
  | { readonly type: "topology"; readonly field: string; readonly value?: string };

/** What conditions are judged by. */
export interface ConditionContext {
  readonly hco: ManagedObject;
  readonly hardware: Hardware;
  readonly topology: Topology;
  /** Images by key. */
  readonly images: Readonly<Record<string, string>>;
}

/** `wrong`: the condition asks for what is no yes or no. */
export type Judgement =
  | { readonly state: "holds" | "does-not-hold" }
  | { readonly state: "wrong"; readonly reason: string };

function yesOrNo(holds: boolean): Judgement {
  return { state: holds ? "holds" : "does-not-hold" };
}

/** HyperConverged v1 has a list of `{name, state}`, v1beta1 a map of booleans. */
function hasFeatureGate(hco: ManagedObject, name: string): boolean {
  const gates = valueAt(hco, ["spec", "featureGates"]);
  if (isJsonArray(gates)) {
    return gates.some(
      (gate) => isJsonObject(gate) && member(gate, "name") === name && member(gate, "state") !== "Disabled",
    );
  }
  return isJsonObject(gates) && member(gates, name) === true;
}

/** An empty list and `false` are what somebody wrote; an empty map is what a default leaves. */
function isUnconfigured(value: Json | undefined): boolean {
  return value === undefined || value === null || (isJsonObject(value) && Object.keys(value).length === 0);
}

function judgeTopology(topology: Topology, field: string, wanted: string | undefined): Judgement {
  const value = Object.entries(topology).find(([name]) => name === field)?.[1] ?? false;
  if (typeof value !== "boolean") return { state: "wrong", reason: `topology ${field} is ${value}, and no yes or no` };
  return yesOrNo(wanted === "false" ? !value : value);
}

/** Pure. */
export function judgeCondition(condition: Condition, context: ConditionContext): Judgement {
  const { hco, hardware, topology, images } = context;
  switch (condition.type) {
    case "hardware-detection":
      return yesOrNo(Object.entries(hardware).some(([flag, found]) => found && flag === condition.detector));
    case "feature-gate":
      return yesOrNo(hasFeatureGate(hco, condition.value));
    case "annotation": {
      const found = textIn(hco, "annotations", condition.key);
      return yesOrNo(found !== undefined && (condition.value === undefined || found === condition.value));
    }
    case "image":
      return yesOrNo(Object.hasOwn(images, condition.key));
    case "hco-field-unconfigured":
      return yesOrNo(isUnconfigured(valueAt(hco, condition.path.split("."))));
    case "topology":
      return judgeTopology(topology, condition.field, condition.value);
  }
}

/** As people read it: `featureGate:CPUManager`. Pure. */
export function describeCondition(condition: Condition): string {
  switch (condition.type) {
    case "hardware-detection":
      return `hardware:${condition.detector}`;
    case "feature-gate":
      return `featureGate:${condition.value}`;
    case "annotation":
      return condition.value === undefined ? condition.key : `${condition.key}=${condition.value}`;
    case "image":
      return `image:${condition.key}`;
    case "hco-field-unconfigured":
      return `hcoUnconfigured:${condition.path}`;
    case "topology":
      return `topology:${condition.field}${condition.value === undefined ? "" : `=${condition.value}`}`;
  }
}
