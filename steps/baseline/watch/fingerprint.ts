import { createHash } from "node:crypto";
import type { JsonObject } from "../../lib/json/json.ts";
import { valueAt } from "../../lib/json/json.ts";
import { canonicalJson } from "../../lib/schema/canonical-json.ts";
import { judgeCrd } from "../cluster/known-crd.ts";
import { comparable } from "../drift/comparable.ts";

function digest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("base64");
}

/**
 * Changes with whatever of an object decides what is applied; not with its status, which its operator writes again and
 * again. Pure.
 */
export function objectFingerprint(object: JsonObject): string {
  return digest(comparable(object));
}

/** Changes with the schema and the versions of a CRD, and with whether it can be used. Pure. */
export function crdFingerprint(definition: JsonObject): string {
  return digest([judgeCrd(definition).state, valueAt(definition, ["spec"]) ?? null]);
}
