import type { CommandContext } from "../../lib/step/types.ts";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { writeGenerated } from "../checkout/write-generated.ts";
import { featureDocument, formatFeatureDocument } from "../features/feature-document.ts";
import { featureFiles } from "../features/feature-files.ts";
import { readCommittedFeatures } from "../features/read-committed.ts";
import type { generateFeaturesParams } from "../generate-features.ts";

/** @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03, BASE-FEAT-01 (exit 2) */
export async function runGenerateFeatures(context: CommandContext<typeof generateFeaturesParams>): Promise<void> {
  const { params, print, random, summarize } = context;
  const document = featureDocument((await loadCheckout(params.folder)).catalog);
  if (params["dry-run"]) {
    print(formatFeatureDocument(document));
    return;
  }
  const files = featureFiles(await readCommittedFeatures(params.folder), document);
  const written = await writeGenerated(params.folder, files, random);
  const count = `${document.features.length} features`;
  summarize({ what: written.length === 0 ? `${count}, as committed` : `${count}: ${written.join(", ")} written` });
}
