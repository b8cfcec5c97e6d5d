import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import { baselineError } from "../baseline-error.ts";
import { places } from "../checkout/places.ts";
import {
  assertOutside,
  collectionFolder,
  collectionVariable,
  readCollectionFolder,
} from "../crds/collection-folder.ts";
import { collectionReadme } from "../crds/collection-readme.ts";
import type { PresentFiles } from "../crds/compare.ts";
import { type FetchUpstream, fetchCollection } from "../crds/fetch-collection.ts";
import { fetchUpstream } from "../crds/fetch-upstream.ts";
import { type CrdLock, formatLock } from "../crds/lock.ts";
import { type FileUpdate, planUpdate, type UpdatePlan } from "../crds/plan-update.ts";
import { readCommittedLock } from "../crds/read-committed-lock.ts";
import { type CrdSource, crdSources } from "../crds/sources.ts";
import { upstreamAddresses } from "../crds/upstream-addresses.ts";
import type { updateCrdsParams } from "../update-crds.ts";

type Context = CommandContext<typeof updateCrdsParams>;

/** What a collection is made of, and how it is fetched. */
export interface CollectionSources {
  readonly sources: readonly CrdSource[];
  readonly fetch: FetchUpstream;
}

const mode = 0o644;

/** A folder may hold more than the collection: what neither the sources nor the lock know is somebody else's. */
function ownFiles(present: PresentFiles, sources: readonly CrdSource[], lock: CrdLock | undefined): PresentFiles {
  const known = new Set([...sources, ...(lock?.files ?? [])].map(({ file }) => file));
  return new Map([...present].filter(([file]) => known.has(file)));
}

async function carryOut(folder: string, update: FileUpdate, random: Random): Promise<void> {
  if (update.action === "added" || update.action === "replaced") {
    await writeFileAtomically(join(folder, update.file), Buffer.from(update.content), { mode, random });
  }
  if (update.action === "removed") await rm(join(folder, update.file));
}

/** The lock is written last: where it is, the files are. */
async function write(collection: string, checkout: string, plan: UpdatePlan, random: Random): Promise<void> {
  for (const update of plan.updates) await carryOut(collection, update, random);
  await writeFileAtomically(join(collection, "README.md"), collectionReadme(plan.lock), { mode, random });
  await writeFileAtomically(join(checkout, places.crdLock), formatLock(plan.lock), { mode, random });
}

function lineOf(update: FileUpdate): string {
  return `${update.file}: ${update.action}${"reason" in update ? `: ${update.reason}` : ""}`;
}

function countsOf(updates: readonly FileUpdate[]): string {
  const byAction = [...Map.groupBy(updates, ({ action }) => action)].map(
    ([action, { length }]) => `${length} ${action}`,
  );
  return byAction.toSorted().join(", ");
}

/** @throws FairleadError BASE-CRD-01 to BASE-CRD-03, BASE-CRD-05 (exit 2), BASE-CRD-04 (exit 1) */
export async function runUpdateCrds(
  context: Context,
  { sources, fetch }: CollectionSources = { sources: crdSources, fetch: fetchUpstream },
): Promise<void> {
  const { params, print, random, signal, setting, summarize } = context;
  const collection = collectionFolder(params.crds, setting(collectionVariable));
  assertOutside(collection, params.folder);
  const upstream = { addresses: upstreamAddresses(params), fetch };
  const lock = await readCommittedLock(params.folder);
  const present = ownFiles(await readCollectionFolder(collection), sources, lock);
  const plan = planUpdate(await fetchCollection(sources, upstream, signal), present, lock);
  for (const update of plan.updates) if (update.action !== "unchanged") print(lineOf(update));
  const isWorthIt = plan.lock.files.length > 0;
  if (isWorthIt && !params["dry-run"]) await write(collection, params.folder, plan, random);
  const missing = plan.updates.filter(({ action }) => action === "missing");
  if (missing.length > 0) {
    throw baselineError("BASE-CRD-04", {
      what: `the CRD collection lacks ${missing.length} of ${sources.length} files`,
      why: missing.map(lineOf).slice(0, 5).join("; "),
      fix: "see whether the sources can be reached, and run it again; what could be had is there",
    });
  }
  summarize({ what: `CRD collection: ${countsOf(plan.updates)}` });
}
