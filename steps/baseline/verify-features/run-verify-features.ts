import { loadCheckout } from "../checkout/load-checkout.ts";
import { checkoutOf, type VerifyContext } from "../checkout/parameters.ts";
import { tellVerdict } from "../checkout/verdict.ts";
import { featureDocument } from "../features/feature-document.ts";
import { compareFeatures, regenerateFeatures } from "../features/feature-files.ts";
import { readCommittedFeatures } from "../features/read-committed.ts";

const shownReasons = 5;

/** @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03, BASE-FEAT-01 (exit 2) */
export async function runVerifyFeatures(context: VerifyContext): Promise<void> {
  const folder = checkoutOf(context);
  const document = featureDocument((await loadCheckout(folder)).catalog);
  const difference = compareFeatures(await readCommittedFeatures(folder), document);
  const file = "verify-features.diff";
  if (difference === undefined) {
    const summary = `the ${document.features.length} features are committed as the catalog has them`;
    return await tellVerdict(context, { state: "equal", summary }, file);
  }
  const { reasons, diff } = difference;
  const more = reasons.length > shownReasons ? `; and ${reasons.length - shownReasons} more` : "";
  const what = "the committed list of features is not by the catalog";
  const why = `${reasons.slice(0, shownReasons).join("; ")}${more}`;
  const fix = `run \`${regenerateFeatures}\` and commit what it writes`;
  await tellVerdict(context, { state: "different", id: "BASE-VER-02", what, why, fix, text: diff }, file);
}
