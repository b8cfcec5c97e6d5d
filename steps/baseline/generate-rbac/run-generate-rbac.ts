import type { CommandContext } from "../../lib/step/types.ts";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { writeGenerated } from "../checkout/write-generated.ts";
import type { generateRbacParams } from "../generate-rbac.ts";
import { generatedRoles } from "../rbac/generated-roles.ts";
import { scanAssets } from "../scan/scan-assets.ts";

/** @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03 (exit 2), BASE-SCAN-01 (exit 1) */
export async function runGenerateRbac(context: CommandContext<typeof generateRbacParams>): Promise<void> {
  const { params, print, random, summarize } = context;
  const roles = generatedRoles(scanAssets(await loadCheckout(params.folder)));
  if (params["dry-run"]) {
    print(roles.map(({ text }) => text).join("---\n"));
    return;
  }
  const written = await writeGenerated(params.folder, roles, random);
  const what =
    written.length === 0 ? "the committed roles are what the assets need" : `${written.join(" and ")} written`;
  summarize({ what });
}
