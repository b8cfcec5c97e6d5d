import { dayZeroOf } from "../asset/day-zero.ts";
import { desiredState } from "../asset/desired-state.ts";
import { applyObject } from "../asset/write-object.ts";
import { goldenConfig } from "../catalog/catalog.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { reasonOf } from "../failure/reason-of.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { RenderRecord } from "../report/render-record.ts";
import { peace } from "../throttle/edit-war.ts";

/** The HyperConverged as `hco.json` has it. */
export interface HcoDocument {
  readonly asRead: ManagedObject;
  /** With its golden config; absent where that cannot be told. */
  readonly effective?: ManagedObject;
  /** Why the golden config changes nothing, or why it cannot be tried. */
  readonly note?: string;
}

function unchanged(hco: ManagedObject, note: string): HcoDocument {
  return { asRead: hco, effective: hco, note };
}

/**
 * What the golden config would make of the HyperConverged, by the server's own dry run: nothing is written.
 *
 * @param golden record of the golden config
 */
export async function effectiveHco(
  cluster: Cluster,
  hco: ManagedObject,
  golden: Pick<RenderRecord, "object" | "status"> | undefined,
): Promise<HcoDocument> {
  if (golden?.object === undefined)
    return unchanged(hco, `${goldenConfig} is ${golden?.status ?? "not in the catalog"}`);
  const desired = desiredState(golden.object, hco, peace, dayZeroOf(hco, goldenConfig));
  if (desired.state === "invalid") return unchanged(hco, desired.reason);
  if (desired.state !== "wanted") return unchanged(hco, `the HyperConverged is ${desired.state}`);
  try {
    const resource = await cluster.resource(hco);
    if (resource === undefined) return { asRead: hco, note: "the cluster does not serve its kind any more" };
    return { asRead: hco, effective: await applyObject({ resource, desired: desired.object }, { cluster }, "All") };
  } catch (error) {
    cluster.options.signal.throwIfAborted();
    return { asRead: hco, note: `the golden config cannot be tried: ${reasonOf(error)}` };
  }
}
