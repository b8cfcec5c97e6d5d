import { member } from "../../lib/json/json.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { Resource } from "../../lib/kube/types.ts";
import { type Cluster, refOf } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { TombstoneRecord } from "../run/run-record.ts";
import { judgeTombstone } from "./judge-tombstone.ts";
import type { Tombstone } from "./read-tombstones.ts";

// As an asset that changes while it is looked at.
const looks = 3;

type Became = Pick<TombstoneRecord, "status"> & { readonly reason?: string };

interface Grave {
  readonly tombstone: Tombstone;
  readonly resource: Resource;
  readonly uid: string;
  readonly resourceVersion: string;
}

async function find(cluster: Cluster, { identity }: Tombstone): Promise<ManagedObject | undefined> {
  return await cluster.find(identity, identity);
}

async function remove({ tombstone, resource, uid, resourceVersion }: Grave, cluster: Cluster): Promise<Became> {
  const options = { ...cluster.options, uid, resourceVersion, propagation: "Background" } as const;
  await cluster.client.delete(resource, refOf(resource, tombstone.identity), options);
  const left = await find(cluster, tombstone);
  return { status: left !== undefined && member(left.metadata, "uid") === uid ? "pending" : "deleted" };
}

async function bury(tombstone: Tombstone, cluster: Cluster, isDryRun: boolean): Promise<Became> {
  const resource = await cluster.resource(tombstone.identity);
  const decision = judgeTombstone(resource === undefined ? undefined : await find(cluster, tombstone));
  switch (decision.decision) {
    case "gone":
      return { status: "gone" };
    case "held":
      return { status: "pending" };
    case "skip":
      return { status: "skipped", reason: decision.reason };
    case "delete":
      if (resource === undefined) return { status: "gone" };
      return isDryRun ? { status: "deleted" } : await remove({ tombstone, resource, ...decision }, cluster);
  }
}

/** Whoever changes an object between the look and the deletion may have taken it over: that is looked at again. */
async function buryAsItIs(tombstone: Tombstone, cluster: Cluster, isDryRun: boolean): Promise<Became> {
  for (let look = 1; ; look += 1) {
    try {
      return await bury(tombstone, cluster, isDryRun);
    } catch (error) {
      if (look === looks || !isKubeError(error, "Conflict")) throw error;
    }
  }
}

/**
 * Deletes what earlier releases made and this one does not know any more, in the order of the files. One that cannot be
 * deleted is told, and stops nothing.
 *
 * @param isDryRun tells what would be deleted
 * @param tell called after each, so that one who is stopped has told of what was deleted
 */
export async function buryTombstones(
  tombstones: readonly Tombstone[],
  cluster: Cluster,
  isDryRun: boolean,
  tell: (record: TombstoneRecord) => void,
): Promise<void> {
  for (const tombstone of tombstones) {
    let became: Became;
    try {
      became = await buryAsItIs(tombstone, cluster, isDryRun);
    } catch (error) {
      cluster.options.signal.throwIfAborted();
      became = { status: "failed", reason: reasonOf(error) };
    }
    // A status that is told with its reason has one.
    tell({ ...tombstone, ...became } as TombstoneRecord);
  }
}
