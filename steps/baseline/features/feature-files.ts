import { createTwoFilesPatch } from "diff";
import { baselineError } from "../baseline-error.ts";
import { places } from "../checkout/places.ts";
import type { GeneratedFile } from "../checkout/write-generated.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { type FeatureDocument, formatFeatureDocument } from "./feature-document.ts";
import { fillReadme, verifyFeatureDocument, verifyReadme } from "./verify-features.ts";

/** How the features are made anew, for people. */
export const regenerateFeatures = "fairlead baseline generate-features";

/** What is committed of the features; absent where there is no such file. */
export interface CommittedFeatures {
  readonly document: string | undefined;
  readonly page: string | undefined;
}

export interface FeatureDifference {
  /** In sentences, each with what is wrong. */
  readonly reasons: readonly string[];
  /** Unified, from what is committed to what the catalog says. */
  readonly diff: string;
}

/** The page with the table in its place. @throws FairleadError BASE-FEAT-01 (exit 2) where it has no place for it */
function pageText(page: string | undefined, document: FeatureDocument): string {
  const filled = fillReadme(page ?? "", document);
  if (filled.state === "filled") return filled.text;
  throw baselineError(
    "BASE-FEAT-01",
    {
      what: `${places.featureTable} has no place for the table of features`,
      why: page === undefined ? "there is no such file" : filled.reason,
      fix: "put these two comments into it, once each: <!-- baseline-features:begin --> and <!-- baseline-features:end -->",
    },
    baselineExit.invalidInput,
  );
}

/** What the files of the features must be. Pure. @throws FairleadError BASE-FEAT-01 (exit 2) */
export function featureFiles(
  { page }: CommittedFeatures,
  document: FeatureDocument,
): readonly [document: GeneratedFile, page: GeneratedFile] {
  return [
    { path: places.featureDocument, text: formatFeatureDocument(document) },
    { path: places.featureTable, text: pageText(page, document) },
  ];
}

function diffOf({ path, text }: GeneratedFile, committed: string | undefined): string {
  return committed === text ? "" : createTwoFilesPatch(`a/${path}`, `b/${path}`, committed ?? "", text);
}

function reasonsOf(committed: CommittedFeatures, document: FeatureDocument): readonly string[] {
  const { document: text, page } = committed;
  return [
    ...(text === undefined ? [`there is no ${places.featureDocument}`] : verifyFeatureDocument(text, document)),
    ...(page === undefined ? [] : verifyReadme(page, document)),
  ];
}

/** What of the committed features is not by the catalog; `undefined` where all is. Pure. @throws as {@link featureFiles} */
export function compareFeatures(
  committed: CommittedFeatures,
  document: FeatureDocument,
): FeatureDifference | undefined {
  const [json, table] = featureFiles(committed, document);
  const reasons = reasonsOf(committed, document);
  if (reasons.length === 0) return undefined;
  return { reasons, diff: diffOf(json, committed.document) + diffOf(table, committed.page) };
}
