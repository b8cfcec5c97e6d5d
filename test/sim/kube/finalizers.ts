import { isStatus, type SimClient, type SimKind, type SimMeta, type SimObject } from "./sim-client.ts";

/** The finalizers that an object should have; `undefined` where those that it has may stay. */
export type FinalizersEdit = (metadata: SimMeta) => readonly string[] | undefined;

export const without =
  (finalizer: string): FinalizersEdit =>
  ({ finalizers = [] }) =>
    finalizers.includes(finalizer) ? finalizers.filter((one) => one !== finalizer) : undefined;

/** An object that is being deleted takes no new finalizer: the API server answers 422. */
export const including =
  (finalizer: string): FinalizersEdit =>
  ({ finalizers = [], deletionTimestamp }) =>
    finalizers.includes(finalizer) || deletionTimestamp !== undefined ? undefined : [...finalizers, finalizer];

/**
 * A merge patch replaces the whole list: one that was made from an older copy would bring back what another writer has
 * taken out meanwhile. So each write holds for the copy that it was made from, and is made anew after a conflict.
 *
 * @returns the object as written; `undefined` where it is gone or nothing was to be written
 */
export async function editFinalizers(
  client: SimClient,
  kind: SimKind,
  object: SimObject,
  edit: FinalizersEdit,
  signal: AbortSignal,
): Promise<SimObject | undefined> {
  let current: SimObject | undefined = object;
  while (current !== undefined && current.metadata.uid === object.metadata.uid) {
    const finalizers = edit(current.metadata);
    if (finalizers === undefined) return undefined;
    const { resourceVersion } = current.metadata;
    try {
      return await client.patch(kind, current, { metadata: { resourceVersion, finalizers } }, signal);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      if (!isStatus(error, 409)) throw error;
      current = await client.find(kind, object, signal);
    }
  }
  return undefined;
}
