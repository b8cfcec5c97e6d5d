import { parsePointer } from "../../lib/json/json-pointer.ts";
import type { Difference } from "../drift/differences.ts";
import { ownersOf } from "../ignored-fields/field-owners.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { DriftedField } from "./run-record.ts";

/**
 * Differences with who owns each field live, to tell who else writes it. Pure.
 *
 * @param live as it was read, before it was corrected
 */
export function driftedFields(live: ManagedObject, differences: readonly Difference[]): readonly DriftedField[] {
  return differences.map((difference) => ({
    ...difference,
    owners: ownersOf(live, parsePointer(difference.path) ?? []),
  }));
}
