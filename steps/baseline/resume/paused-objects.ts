import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import type { Identity } from "../object/managed-object.ts";
import { type BaselineState, objectKey } from "../state/baseline-state.ts";

interface ObjectKey {
  readonly kind: string;
  /** Empty for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** `Kind/namespace/name` or `Kind/name`, as reports and the state have it; the inverse of {@link objectKey}. Pure. */
export function readKey(key: string): ObjectKey {
  const [kind = "", ...rest] = key.split("/");
  const [first = "", second] = rest;
  return second === undefined ? { kind, namespace: "", name: first } : { kind, namespace: first, name: second };
}

/** The objects that a key may mean: the catalog says by which API its kind is applied. None for a foreign kind. Pure. */
export function identitiesOfKey(key: string, assets: readonly Pick<LoadedAsset, "kind">[]): readonly Identity[] {
  const { kind, namespace, name } = readKey(key);
  const versions = assets.filter((asset) => asset.kind.kind === kind).map((asset) => asset.kind.apiVersion);
  return [...new Set(versions)].map((apiVersion) => ({ apiVersion, kind, namespace, name }));
}

/**
 * Every object that may be paused: those that earlier runs rendered or fought over, and those that are wanted now, since
 * the state may be lost while the annotations are there. Each once. Pure.
 */
export function candidates(
  state: BaselineState,
  rendered: readonly Identity[],
  assets: readonly Pick<LoadedAsset, "kind">[],
): readonly Identity[] {
  const fought = Object.keys(state.wars).flatMap((key) => identitiesOfKey(key, assets));
  const byKey = new Map<string, Identity>();
  for (const identity of [...rendered, ...Object.values(state.identities), ...fought]) {
    if (!byKey.has(objectKey(identity))) byKey.set(objectKey(identity), identity);
  }
  return [...byKey].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, identity]) => identity);
}
