import { loadCheckout } from "../checkout/load-checkout.ts";
import { checkoutOf, type VerifyContext } from "../checkout/parameters.ts";
import { readCommitted } from "../checkout/read-committed.ts";
import { tellVerdict } from "../checkout/verdict.ts";
import { generatedRoles } from "../rbac/generated-roles.ts";
import { regenerate } from "../rbac/role-text.ts";
import { verifyRole } from "../rbac/verify-role.ts";
import { scanAssets } from "../scan/scan-assets.ts";

/** @throws FairleadError BASE-CHK-01, BASE-CHK-02, BASE-CAT-01 to BASE-CAT-03 (exit 2), BASE-SCAN-01 (exit 1) */
export async function runVerifyRbac(context: VerifyContext): Promise<void> {
  const folder = checkoutOf(context);
  const roles = generatedRoles(scanAssets(await loadCheckout(folder)));
  const read = await Promise.all(
    roles.map(async (role) => ({ ...role, committed: await readCommitted(folder, role.path) })),
  );
  const held = read.filter(({ committed, isOptional }) => committed !== undefined || !isOptional);
  const verified = held.map(({ committed, text, path }) => verifyRole(committed, text, path));
  const differing = verified.flatMap((one) => (one.state === "different" ? [one] : []));
  const file = "verify-rbac.diff";
  if (differing.length === 0) {
    const summary = `${held.map(({ path }) => path).join(" and ")}: what the assets need`;
    return await tellVerdict(context, { state: "equal", summary }, file);
  }
  const verdict = {
    state: "different",
    id: "BASE-VER-01",
    what: "a committed role is not the one that the assets need",
    why: differing.map(({ why }) => why).join("; "),
    fix: `run \`${regenerate}\` and commit what it writes`,
    text: differing.map(({ diff }) => diff).join("\n"),
  } as const;
  await tellVerdict(context, verdict, file);
}
