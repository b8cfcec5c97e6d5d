import { join } from "node:path";
import { places } from "../checkout/places.ts";
import { readTextIfAny } from "../checkout/read-text.ts";
import type { CommittedFeatures } from "./feature-files.ts";

/** The features as a checkout has them. @throws Error as the file system has it */
export async function readCommittedFeatures(folder: string): Promise<CommittedFeatures> {
  const [document, page] = await Promise.all(
    [places.featureDocument, places.featureTable].map((path) => readTextIfAny(join(folder, path))),
  );
  return { document, page };
}
