import type { CommandContext } from "../../lib/step/types.ts";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { places } from "../checkout/places.ts";
import { writeGenerated } from "../checkout/write-generated.ts";
import type { generateRbacParams } from "../generate-rbac.ts";
import { clusterRoleText } from "../rbac/cluster-role.ts";
import { scanAssets } from "../scan/scan-assets.ts";

/** @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03 (exit 2), BASE-SCAN-01 (exit 1) */
export async function runGenerateRbac(context: CommandContext<typeof generateRbacParams>): Promise<void> {
  const { params, print, random, summarize } = context;
  const text = clusterRoleText(scanAssets(await loadCheckout(params.folder)));
  if (params["dry-run"]) {
    print(text);
    return;
  }
  const written = await writeGenerated(params.folder, [{ path: places.clusterRole, text }], random);
  summarize({ what: `${places.clusterRole} ${written.length === 0 ? "is what the assets need" : "was written"}` });
}
