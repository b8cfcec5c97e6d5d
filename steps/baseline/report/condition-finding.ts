import {
  type Condition,
  type ConditionContext,
  describeCondition,
  type Judgement,
  judgeCondition,
} from "../catalog/condition.ts";
import { textIn } from "../object/managed-object.ts";

/** One condition of an asset, and what was found of it. */
export interface ConditionFinding {
  readonly condition: string;
  readonly expected: string;
  readonly actual: string;
  readonly holds: boolean;
}

type Sight = Pick<ConditionFinding, "expected" | "actual">;

/** For what is one thing or the other. */
function either({ state }: Judgement, yes: string, no: string): Sight {
  return { expected: yes, actual: state === "holds" ? yes : no };
}

function sightOf(condition: Condition, context: ConditionContext, judged: Judgement): Sight {
  switch (condition.type) {
    case "annotation":
      return {
        expected: condition.value ?? "any value",
        actual: textIn(context.hco, "annotations", condition.key) ?? "absent",
      };
    case "topology": {
      const found = Object.entries(context.topology).find(([field]) => field === condition.field)?.[1];
      return { expected: condition.value ?? "true", actual: String(found ?? "unknown") };
    }
    case "hardware-detection":
      return either(judged, "true", "false");
    case "feature-gate":
      return either(judged, "enabled", "not enabled");
    case "image":
      return either(judged, "known", "unknown");
    case "hco-field-unconfigured":
      return either(judged, "not configured", "configured");
  }
}

/** What each condition asks for, and what there is. Pure. */
export function conditionFindings(
  conditions: readonly Condition[],
  context: ConditionContext,
): readonly ConditionFinding[] {
  return conditions.map((condition) => {
    const judged = judgeCondition(condition, context);
    return {
      condition: describeCondition(condition),
      ...sightOf(condition, context, judged),
      holds: judged.state === "holds",
    };
  });
}
