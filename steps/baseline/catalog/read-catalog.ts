import type { SchemaValidator, SchemaViolation } from "../../lib/schema/validator.ts";
import { readYamlObject } from "../template/read-yaml-object.ts";
import type { Catalog } from "./catalog.ts";
import { validateCatalog } from "./validate-catalog.ts";

export type ReadCatalog =
  | { readonly state: "read"; readonly catalog: Catalog }
  | { readonly state: "invalid"; readonly faults: readonly string[] };

function shapeFault({ instancePath, message, params }: SchemaViolation): string {
  const unknown = params["additionalProperty"];
  const named = typeof unknown === "string" ? `: ${unknown}` : "";
  return `${instancePath || "/"} ${message ?? "is wrong"}${named}`;
}

/**
 * Reads the catalog file and checks all that can be checked without rendering. Pure.
 *
 * @param validate by `catalogSchema`
 * @param files paths below the folder of the assets
 */
export function readCatalog(text: string, validate: SchemaValidator, files: ReadonlySet<string>): ReadCatalog {
  const read = readYamlObject(text);
  if (read.state === "empty") return { state: "invalid", faults: ["the catalog is empty"] };
  if (read.state === "invalid") return { state: "invalid", faults: [`the catalog cannot be read: ${read.reason}`] };
  const violations = validate(read.object);
  if (violations.length > 0) return { state: "invalid", faults: violations.map(shapeFault) };
  const catalog = read.object as unknown as Catalog; // the schema was checked above
  const faults = validateCatalog(catalog, files);
  return faults.length > 0 ? { state: "invalid", faults } : { state: "read", catalog };
}
