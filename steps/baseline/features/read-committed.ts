import { places } from "../checkout/places.ts";
import { readCommitted } from "../checkout/read-committed.ts";
import type { CommittedFeatures } from "./feature-files.ts";

/** The features as a checkout has them. @throws FairleadError BASE-CHK-02 (exit 2) */
export async function readCommittedFeatures(folder: string): Promise<CommittedFeatures> {
  const [document, page] = await Promise.all(
    [places.featureDocument, places.featureTable].map((path) => readCommitted(folder, path)),
  );
  return { document, page };
}
