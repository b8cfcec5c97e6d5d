import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { catalogSchema } from "../../../steps/baseline/catalog/catalog.schema.ts";
import { judgeCondition } from "../../../steps/baseline/catalog/condition.ts";
import { pluralOf } from "../../../steps/baseline/catalog/crd-name.ts";
import { type LoadedAssets, loadAssets } from "../../../steps/baseline/catalog/load-assets.ts";
import { shippedAssets } from "../../../steps/baseline/catalog/shipped-assets.ts";
import { contextsFor, sampleContexts } from "../../../steps/baseline/scan/sample-contexts.ts";
import { renderLoadedAsset } from "../../../steps/baseline/template/render-loaded-asset.ts";
import { templateEngine } from "../../../steps/baseline/template/template-engine.ts";
import { valueAt } from "../../../steps/lib/json/json.ts";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import { crdFixture } from "./support/operator-cases.ts";

describe("the made-up clusters that assets are rendered for", () => {
  let loaded: LoadedAssets;
  beforeAll(async () => {
    loaded = loadAssets(await shippedAssets(), await compileValidator(catalogSchema));
  });

  test("fulfil each condition that an annotation, an image, hardware or topology can fulfil", () => {
    const contexts = sampleContexts(loaded.assets);
    const conditions = loaded.assets.flatMap((asset) => asset.conditions);
    const open = conditions.filter(
      (condition) =>
        condition.type !== "feature-gate" &&
        !contexts.some((context) => judgeCondition(condition, context).state === "holds"),
    );
    expect(open).toEqual([]);
  });

  test("have a platform with each annotation that an asset reads, so that what it says then is looked at", () => {
    const folders = ["assets/baseline/active", "steps/baseline/assets"];
    const files = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
    );
    const texts = files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "utf8"));
    const named = texts.flatMap((text) =>
      [...text.matchAll(/platform\.kubevirt\.io\/[a-z0-9-]+/g)].map(([key]) => key),
    );
    const [, everything] = sampleContexts(loaded.assets);
    const set = Object.keys(valueAt(everything?.hco, ["metadata", "annotations"]) ?? {});
    const unset = new Set(named.filter((key) => !set.includes(key)));
    // The golden config writes these two, and the third is on objects and not on the platform.
    const others = ["managed-by", "version", "reconcile-paused"].map((name) => `platform.kubevirt.io/${name}`);
    expect([...unset].toSorted()).toEqual(others.toSorted());
  });

  test("are one for an asset that names nothing in which they differ, since it is the same in all of them", () => {
    const contexts = sampleContexts(loaded.assets);
    const renderer = { engine: templateEngine(), files: loaded.files };
    const last = contexts.slice(-1);
    const alike = loaded.assets.filter((asset) => contextsFor(asset, contexts).length === 1);
    expect(alike.length).toBeGreaterThan(50);
    for (const asset of alike) {
      const [one, other] = [...contextsFor(asset, contexts), ...last].map((context) =>
        renderLoadedAsset(asset, context, renderer),
      );
      expect([asset.name, one]).toEqual([asset.name, other]);
    }
  });

  test("include one in which each asset renders", () => {
    const renderer = { engine: templateEngine(), files: loaded.files };
    const [, everything] = sampleContexts(loaded.assets);
    const silent = loaded.assets.filter(
      (asset) => everything === undefined || renderLoadedAsset(asset, everything, renderer).state !== "rendered",
    );
    expect(silent.map(({ name }) => name)).toEqual([]);
  });
});

describe("plurals in the role", () => {
  const crds = readdirSync("test/fixtures/baseline/crds").map((file) => crdFixture(file.replace(/\.yaml$/, "")));

  test.each(crds.map((crd) => [valueAt(crd, ["spec", "names", "kind"]), crd] as const))(
    "are those of the CRD of %s",
    (kind, crd) => {
      expect(pluralOf(String(kind))).toBe(valueAt(crd, ["spec", "names", "plural"]));
    },
  );
});
