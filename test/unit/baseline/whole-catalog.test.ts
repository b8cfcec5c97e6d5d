import { describe, expect, test } from "@jest/globals";
import { rendererNames } from "../../../steps/baseline/assets/registry.ts";
import { catalogSchema } from "../../../steps/baseline/catalog/catalog.schema.ts";
import { loadAssets } from "../../../steps/baseline/catalog/load-assets.ts";
import { shippedAssets } from "../../../steps/baseline/catalog/shipped-assets.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";

describe("the assets that come with the program", () => {
  test("are a valid catalog: 84 of the platform and what goes beyond", async () => {
    const { assets, tombstones, faults } = loadAssets(await shippedAssets(), await compileValidator(catalogSchema));
    expect(assets.filter(({ install }) => install === "always")).toHaveLength(11);
    expect(assets).toHaveLength(89);
    expect(tombstones.map(({ identity }) => identity.name).toSorted()).toEqual([
      "kubevirt-plugin",
      "virt-node-health-check",
    ]);
    expect(faults).toEqual([]);
    expect(assets.flatMap(({ entry }) => entry.render ?? []).toSorted()).toEqual([...rendererNames].toSorted());
  });

  test("B-12-84 are refused with every fault where one is wrong", async () => {
    const files = new Map(await shippedAssets());
    files.set("catalog.yaml", (files.get("catalog.yaml") ?? "").replace("name: psi-enable\n", "name: swap-enable\n"));
    const validate = await compileValidator(catalogSchema);
    expect(() => loadAssets(files, validate)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        text: expect.objectContaining({
          id: "BASE-CAT-01",
          why: expect.stringContaining("two assets are named swap-enable"),
        }),
      }),
    );
  });
});
