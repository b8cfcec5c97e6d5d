import { describe, expect, test } from "@jest/globals";
import type { Catalog, CatalogAsset, CatalogFeature } from "../../../steps/baseline/catalog/catalog.ts";
import { featureDocument, formatFeatureDocument } from "../../../steps/baseline/features/feature-document.ts";
import { featureTable } from "../../../steps/baseline/features/feature-table.ts";
import { fillReadme, verifyFeatureDocument, verifyReadme } from "../../../steps/baseline/features/verify-features.ts";
import { catalogFile } from "./support/catalog-file.ts";

function asset(name: string, more: Partial<CatalogAsset> = {}): CatalogAsset {
  return { name, path: `${name}.yaml`, phase: 1, install: "always", component: "A", reconcile_order: 1, ...more };
}

const optIn = (name: string, conditions: NonNullable<CatalogAsset["conditions"]>): CatalogAsset =>
  asset(name, { install: "opt-in", conditions });
const annotated = (key: string) => ({ type: "annotation" as const, key, value: "true" });

function catalog(assets: readonly CatalogAsset[], features: readonly CatalogFeature[]): Catalog {
  return {
    framework: { maturity: "tp", opt_in: "autopilot=true" },
    assets: [...assets],
    excluded_assets: [],
    features: [...features],
  };
}

const feature = (name: string, more: Partial<CatalogFeature> = {}): CatalogFeature => ({
  name,
  description: `${name}.`,
  assets: [name],
  ...more,
});

const one = (assets: readonly CatalogAsset[], of: Partial<CatalogFeature>) =>
  featureDocument(catalog(assets, [feature("f", of)])).features[0];

describe("a feature", () => {
  test("whose assets are always installed is GA, and nothing turns it on", () => {
    expect(one([asset("f")], {})).toMatchObject({ maturity: "GA", install: "always", opt_in: null });
  });

  test("with any asset that is opted in by is a developer preview", () => {
    const assets = [asset("f"), optIn("g", [annotated("enable-g")])];
    expect(one(assets, { assets: ["f", "g"] })).toMatchObject({
      maturity: "DP",
      install: "opt-in",
      opt_in: "enable-g=true",
      assets: ["f", "g"],
    });
  });

  test("is as ripe as the catalog says, if it says it", () => {
    expect(one([optIn("f", [annotated("a")])], { maturity: "tp" })?.maturity).toBe("TP");
  });

  test("has the assets of its groups", () => {
    const grouped = [asset("a", { group: "g" }), asset("b"), asset("c", { group: "g" })];
    expect(one(grouped, { assets: [], groups: ["g"] })?.assets).toEqual(["a", "c"]);
  });

  test("is turned on by what its owner can say, each once; what the cluster is does not count", () => {
    const conditions = [
      annotated("enable-x"),
      { type: "topology" as const, field: "hasSchedulableMasters" },
      { type: "hardware-detection" as const, detector: "gpuPresent" },
      { type: "image" as const, key: "exporter" },
      { type: "feature-gate" as const, value: "CPUManager" },
      { type: "hco-field-unconfigured" as const, path: "spec.a" },
    ];
    const assets = [optIn("f", conditions), optIn("g", [annotated("enable-x"), annotated("enable-y")])];
    expect(one(assets, { assets: ["f", "g"] })?.opt_in).toBe(
      "enable-x=true, featureGate:CPUManager, hcoUnconfigured:spec.a, enable-y=true",
    );
  });
});

describe("the features document", () => {
  const optInAssets = ["dp1", "dp2", "tp1"].map((name) => optIn(name, [annotated(name)]));
  const mixed = catalog(
    [asset("ga2"), asset("ga1"), ...optInAssets],
    [feature("dp2"), feature("ga2"), feature("tp1", { maturity: "tp" }), feature("dp1"), feature("ga1")],
  );

  test("has the ripest first, and equals by name", () => {
    expect(featureDocument(mixed).features.map(({ name }) => name)).toEqual(["ga1", "ga2", "tp1", "dp1", "dp2"]);
  });

  test("says how ripe the whole is, and what turns it on", () => {
    expect(featureDocument(mixed).framework).toEqual({ maturity: "TP", opt_in: "autopilot=true" });
    const unsaid = { ...mixed, framework: { opt_in: "autopilot=true" } };
    expect(featureDocument(unsaid).framework.maturity).toBe("GA");
  });

  test("of the committed catalog has the features in flight as an early one, turned on by one annotation", () => {
    const found = featureDocument(catalogFile()).features.find(({ name }) => name === "In-Flight Operations");
    expect(found).toMatchObject({
      maturity: "TP",
      install: "opt-in",
      opt_in: "platform.kubevirt.io/enable-in-flight-operations=true",
    });
    expect(found?.assets.length).toBe(38);
  });
});

describe("the features table", () => {
  test("has a row for each feature, and the gate above", () => {
    const assets = [asset("a"), optIn("b", [annotated("enable-b")])];
    const document = featureDocument(
      catalog(assets, [feature("a", { requires: ["an operator"], recommended: ["a disk"] }), feature("b")]),
    );
    expect(featureTable(document)).toBe(
      [
        "The baseline is Technology Preview and does nothing without `autopilot=true` on the HyperConverged.",
        "",
        "| Feature | Maturity | Switched on by | Needs | What it does |",
        "|---|---|---|---|---|",
        "| a | GA | always on | an operator; recommended: a disk | a. |",
        "| b | Developer Preview | `enable-b=true` |  | b. |",
      ].join("\n"),
    );
  });
});

describe("committed features", () => {
  const before = featureDocument(catalog([asset("a"), asset("b")], [feature("a"), feature("b")]));
  const after = featureDocument(
    catalog(
      [asset("a"), asset("c"), optIn("d", [annotated("x")])],
      [feature("a", { assets: ["a", "d"] }), feature("c")],
    ),
  );
  const empty = "# R\n<!-- baseline-features:begin -->\n<!-- baseline-features:end -->\n";
  const readmeOf = (document: typeof before): string => {
    const filled = fillReadme(empty, document);
    return filled.state === "filled" ? filled.text : filled.reason;
  };

  test("that are by the catalog have no difference", () => {
    expect(verifyFeatureDocument(formatFeatureDocument(before), before)).toEqual([]);
    expect(verifyReadme(readmeOf(before), before)).toEqual([]);
  });

  test("of another catalog are told feature by feature and field by field", () => {
    expect(verifyFeatureDocument(formatFeatureDocument(before), after)).toEqual([
      "feature c is missing",
      'feature a: maturity is "GA", and by the catalog "DP"',
      'feature a: install is "always", and by the catalog "opt-in"',
      'feature a: opt_in is null, and by the catalog "x=true"',
      'feature a: assets is ["a"], and by the catalog ["a","d"]',
      "feature b is not in the catalog",
    ]);
  });

  test("of another gate are told", () => {
    const other = { ...before, framework: { maturity: "GA" as const, opt_in: "x" } };
    expect(verifyFeatureDocument(formatFeatureDocument(other), before)).toEqual([
      'framework: maturity is "GA", and by the catalog "TP"',
      'framework: opt_in is "x", and by the catalog "autopilot=true"',
    ]);
  });

  test.each([
    ["in another form", JSON.stringify(before), "the features document says the same in another form or order"],
    ["that are no JSON", "{", "the features document is no JSON object"],
    ["that are a list", "[]", "the features document is no JSON object"],
  ])("%s are told", (_given, text, difference) => {
    expect(verifyFeatureDocument(text, before)).toEqual([difference]);
  });

  test("in a README are told line by line", () => {
    const differences = verifyReadme(readmeOf(before), after);
    expect(differences).toContain("the README lacks the line | c | GA | always on |  | c. |");
    expect(differences).toContain(
      "the README has the line | b | GA | always on |  | b. |, which is not by the catalog",
    );
  });

  test("in a README in another order are told", () => {
    const text = readmeOf(before).replace(/(\| a .*)\n(\| b .*)/, "$2\n$1");
    expect(verifyReadme(text, before)).toEqual(["the README has the lines of the table in another form or order"]);
  });

  test("cannot be compared with a README that has no place for them", () => {
    expect(verifyReadme("# R", before)).toEqual([
      "the README cannot be compared: it has the comment <!-- baseline-features:begin --> nowhere, and must have it once",
    ]);
    expect(fillReadme("# R", before)).toMatchObject({ state: "unusable" });
  });
});
