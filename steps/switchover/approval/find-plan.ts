import { readFile } from "node:fs/promises";
import { planDigest } from "../../lib/plan/plan-digest.ts";
import type { PlanDocument } from "../../lib/plan/plan-document.ts";
import { isFields } from "../../lib/schema/is-fields.ts";

/** Only to say what has changed: a file that is not there, or not a plan, is none. */
async function readPlan(path: string): Promise<PlanDocument | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    const known = isFields(found) && isFields(found["hubs"]) && Array.isArray(found["entries"]);
    // Its digest is made anew below, so that another content is not taken for the approved plan.
    return known && Array.isArray(found["steps"]) ? (found as unknown as PlanDocument) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The plan with this digest, from the first of these files that holds it. */
export async function findPlan(paths: readonly string[], digest: string): Promise<PlanDocument | undefined> {
  for (const path of paths) {
    const plan = await readPlan(path);
    if (plan !== undefined && planDigest(plan) === digest) return plan;
  }
  return undefined;
}
