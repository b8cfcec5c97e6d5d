import type { StepContext } from "../../lib/step/types.ts";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { checkoutOf, type verifyResults } from "../checkout/parameters.ts";
import { places } from "../checkout/places.ts";
import { tellVerdict, type Verdict } from "../checkout/verdict.ts";
import { collectionFolder, collectionVariable, readCollectionFolder } from "../crds/collection-folder.ts";
import {
  compareWithLock,
  compareWithUpstream,
  describeComparisons,
  type FileComparison,
  type PresentFiles,
  verdictOf,
} from "../crds/compare.ts";
import { fetchCollection } from "../crds/fetch-collection.ts";
import { fetchUpstream } from "../crds/fetch-upstream.ts";
import { readCommittedLock } from "../crds/read-committed-lock.ts";
import { type CrdSource, crdSources } from "../crds/sources.ts";
import { upstreamAddresses } from "../crds/upstream-addresses.ts";
import { readCollection } from "../crds/validate-collection.ts";
import { lintAssets } from "../scan/lint-assets.ts";
import type { CollectionSources } from "../update-crds/run-update-crds.ts";
import type { verifyCrdsParams, verifyCrdsWorkspaces } from "../verify-crds.ts";

type Context = StepContext<typeof verifyCrdsParams, typeof verifyResults, typeof verifyCrdsWorkspaces>;

const update = "fairlead baseline update-crds";
const shownReasons = 3;

async function compare(
  { params, signal }: Context,
  checkout: string,
  present: PresentFiles,
  { sources, fetch }: CollectionSources,
): Promise<readonly FileComparison[]> {
  if (params.online) {
    const upstream = { addresses: upstreamAddresses(params), fetch };
    return compareWithUpstream(await fetchCollection(sources, upstream, signal), present);
  }
  const lock = await readCommittedLock(checkout);
  if (lock !== undefined) return compareWithLock(sources, lock, present);
  return [{ file: places.crdLock, state: "missing", reason: "the checkout has no lock" }];
}

function reasonsOf(lines: readonly string[]): string {
  const more = lines.length > shownReasons ? `; and ${lines.length - shownReasons} more` : "";
  return `${lines.slice(0, shownReasons).join("; ")}${more}`;
}

function outOfSync(lines: readonly string[], isOnline: boolean): Verdict {
  const what = `the CRD collection is not what ${isOnline ? "its sources have now" : `${places.crdLock} says`}`;
  const fix = `run \`${update}\` and commit the lock, or take the files back`;
  return { state: "different", id: "BASE-VER-03", what, why: reasonsOf(lines), fix, text: lines.join("\n") };
}

function unusable(faults: readonly string[]): Verdict {
  const what = "the CRD collection cannot be used";
  const fix = `run \`${update}\`, or take the files back`;
  return { state: "different", id: "BASE-VER-05", what, why: reasonsOf(faults), fix, text: faults.join("\n") };
}

function refused(faults: readonly string[]): Verdict {
  const what = "the CRDs would refuse what assets render";
  const fix = "correct the assets, or ask for the field with a look-up where only some releases have it";
  return { state: "different", id: "BASE-VER-04", what, why: reasonsOf(faults), fix, text: faults.join("\n") };
}

function textsOf(present: PresentFiles): ReadonlyMap<string, string> {
  return new Map([...present].map(([file, content]) => [file, Buffer.from(content).toString("utf8")]));
}

/** What the collection was found to be, which is not all of it where a source could not be asked. */
function equality(comparisons: readonly FileComparison[], isOnline: boolean): string {
  const unverified = comparisons.filter(({ state }) => state === "not-verifiable").length;
  const by = isOnline ? "those that their sources have now" : "those of the lock";
  const equal = `${comparisons.length - unverified} CRDs are ${by}`;
  return unverified === 0 ? `the ${equal}` : `${equal}, ${unverified} could not be compared`;
}

/** The assets by the collection, once that is what it should be. */
async function judgeAssets(
  checkout: string,
  present: PresentFiles,
  sources: readonly CrdSource[],
  found: string,
): Promise<Verdict> {
  const read = readCollection(textsOf(present), sources);
  if (read.state === "invalid") return unusable(read.faults);
  const faults = lintAssets(await loadCheckout(checkout), read.collection);
  if (faults.length > 0) return refused(faults);
  return { state: "equal", summary: `${found}, and allow what assets render` };
}

/** @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03, BASE-CRD-01, BASE-CRD-03, BASE-CRD-05 (exit 2) */
export async function runVerifyCrds(
  context: Context,
  upstream: CollectionSources = { sources: crdSources, fetch: fetchUpstream },
): Promise<void> {
  const { params, workspace, setting, log } = context;
  const checkout = checkoutOf(context);
  const collection = collectionFolder(params.crds, workspace("crds"), setting(collectionVariable));
  const present = await readCollectionFolder(collection);
  const comparisons = await compare(context, checkout, present, upstream);
  const lines = describeComparisons(comparisons);
  const isOut = verdictOf(comparisons) === "out-of-sync";
  if (!isOut) for (const line of lines) log.warn(line);
  const verdict = isOut
    ? outOfSync(lines, params.online)
    : await judgeAssets(checkout, present, upstream.sources, equality(comparisons, params.online));
  await tellVerdict(context, verdict, "verify-crds.txt");
}
