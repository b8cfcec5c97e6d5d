import { join } from "node:path";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { checkoutOf, type VerifyContext } from "../checkout/parameters.ts";
import { places } from "../checkout/places.ts";
import { readTextIfAny } from "../checkout/read-text.ts";
import { tellVerdict } from "../checkout/verdict.ts";
import { clusterRoleText, regenerate } from "../rbac/cluster-role.ts";
import { verifyRole } from "../rbac/verify-role.ts";
import { scanAssets } from "../scan/scan-assets.ts";

/** @throws FairleadError BASE-CHK-01, BASE-CAT-01 to BASE-CAT-03 (exit 2), BASE-SCAN-01 (exit 1) */
export async function runVerifyRbac(context: VerifyContext): Promise<void> {
  const folder = checkoutOf(context);
  const path = places.clusterRole;
  const wanted = clusterRoleText(scanAssets(await loadCheckout(folder)));
  const verified = verifyRole(await readTextIfAny(join(folder, path)), wanted, path);
  const file = "verify-rbac.diff";
  if (verified.state === "equal") {
    return await tellVerdict(context, { state: "equal", summary: `${path} is what the assets need` }, file);
  }
  const { diff, hint } = verified;
  const what = `${path} is not the role that the assets need`;
  const fix = `run \`${regenerate}\` and commit what it writes`;
  await tellVerdict(context, { state: "different", id: "BASE-VER-01", what, why: hint, fix, text: diff }, file);
}
