import { identityOf } from "../object/managed-object.ts";
import type { RenderRecord } from "../report/render-record.ts";
import { objectKey } from "../state/baseline-state.ts";
import type { Tombstone } from "../tombstones/read-tombstones.ts";

/** What a commit makes of the baseline. */
export interface Rendering {
  readonly records: readonly RenderRecord[];
  readonly tombstones: readonly Tombstone[];
}

/** Of a commit that has no baseline. */
export const nothingRendered: Rendering = { records: [], tombstones: [] };

/** The records of objects that would be applied, by the names of the objects. Pure. */
export function includedObjects({ records }: Rendering): ReadonlyMap<string, RenderRecord> {
  return new Map(
    records.flatMap((record) =>
      record.object === undefined ? [] : [[objectKey(identityOf(record.object)), record] as const],
    ),
  );
}

/** Names of the objects that tombstones delete. Pure. */
export function buriedObjects({ tombstones }: Rendering): readonly string[] {
  return tombstones.map(({ identity }) => objectKey(identity));
}
