import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { generateFeatures } from "../../../steps/baseline/generate-features.ts";
import { verifyFeatures } from "../../../steps/baseline/verify-features.ts";
import { addAsset, type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { runCommand } from "./support/run-command.ts";

const [json, page] = ["assets/baseline/features.json", "docs/baseline/features.md"];
const nmState = "apiVersion: nmstate.io/v1\nkind: NMState\nmetadata:\n  name: nmstate\n";

let checkout: Checkout;
beforeEach(async () => {
  checkout = await copyCheckout();
});
afterEach(() => checkout.remove());

const generate = (...more: readonly string[]) => runCommand(generateFeatures, ["--folder", checkout.folder, ...more]);
const verify = () => runCommand(verifyFeatures, ["--folder", checkout.folder]);

describe("the features of a checkout", () => {
  test("lack one that the catalog has until they are written anew", async () => {
    await addAsset(checkout, "nmstate", nmState, "NMState");
    const before = await verify();
    expect(before.code).toBe(4);
    expect(before.stdout).toContain(`--- a/${json}`);
    expect(before.stdout).toContain("+| nmstate | GA | always on |  | What nmstate does. |");
    expect(before.stderr).toContain("feature nmstate is missing");
    expect(before.stderr).toContain("run `fairlead baseline generate-features` and commit what it writes");

    expect((await generate()).code).toBe(0);
    expect((await verify()).code).toBe(0);
  });

  test("leave the rest of their page as it is", async () => {
    const before = await checkout.read(page);
    await checkout.write(page, `${before}\nA word of ours.\n`);
    await addAsset(checkout, "nmstate", nmState, "NMState");
    await generate();
    const after = await checkout.read(page);
    expect(after.startsWith(before.slice(0, before.indexOf("<!-- baseline-features:begin -->")))).toBe(true);
    expect(after.endsWith("\nA word of ours.\n")).toBe(true);
  });

  test("are only printed by a dry run", async () => {
    await addAsset(checkout, "nmstate", nmState, "NMState");
    const before = await checkout.read(json);
    const { code, stdout } = await generate("--dry-run", "true");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).features).toContainEqual(expect.objectContaining({ name: "nmstate" }));
    expect(await checkout.read(json)).toBe(before);
  });

  test("differ where the table alone was changed by hand", async () => {
    await checkout.write(page, (await checkout.read(page)).replace("| SWAP | GA |", "| SWAP | DP |"));
    const { code, stdout } = await verify();
    expect(code).toBe(4);
    expect(stdout).not.toContain(json);
    expect(stdout).toContain("-| SWAP | DP |");
  });

  test("cannot be written into a page that has no place for them, and nothing is", async () => {
    await checkout.write(page, "# Features\n");
    await addAsset(checkout, "nmstate", nmState, "NMState");
    const before = await checkout.read(json);
    const { code, stderr } = await generate();
    expect(code).toBe(2);
    expect(stderr).toMatch(/BASE-FEAT-01.*\n.*baseline-features:begin/);
    expect(await checkout.read(json)).toBe(before);
  });
});
