import { describe, expect, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { jsonOutput, statusOutput, yamlOutput } from "../../../steps/baseline/report/render-output.ts";
import { shownRecords } from "../../../steps/baseline/report/render-record.ts";
import { allWays, asset, hco, optIn, records } from "./support/rendering.ts";

describe("the rendering as YAML", () => {
  test("has the facts of each asset before its object, and only comments where there is none", () => {
    expect(yamlOutput(records([asset("wanted"), asset("broken")]))).toBe(
      [
        "# Asset: wanted",
        "# Path: wanted.yaml",
        "# Component: KubeDescheduler",
        "# Status: INCLUDED",
        "apiVersion: operator.openshift.io/v1",
        "kind: KubeDescheduler",
        "metadata:",
        "  name: wanted",
        "---",
        "# Asset: broken",
        "# Path: broken.yaml",
        "# Component: KubeDescheduler",
        "# Status: ERROR",
        "# Reason: undefined variable: Params.role",
        "---",
        "",
      ].join("\n"),
    );
  });

  test("is read as the same objects by readers of YAML 1.1, to which yes, on and 0644 are no texts", () => {
    const spec = { a: "yes", b: "on", c: "0644", d: "2026-01-01", e: "a: b\n--- c\n", f: "# x", n: null, list: ["no"] };
    const [record] = records([asset("wanted")]);
    const object = { ...hco, spec };
    const text = yamlOutput(record === undefined ? [] : [{ ...record, object }, record]);
    const read = parseAllDocuments(text, { version: "1.1" }).map((document) => document.toJS());
    expect(read.filter((document: unknown) => document !== null)).toEqual([object, record?.object]);
  });
});

test("the rendering as JSON is the list of records, reasons as texts", () => {
  const text = jsonOutput(records([asset("wanted"), asset("no-crd", { requiredCrd: "missing.x.io" })]));
  expect(text).toMatch(/^\[\n {2}\{\n {4}"asset": "wanted"/);
  expect(JSON.parse(text)).toEqual([
    {
      asset: "wanted",
      path: "wanted.yaml",
      component: "KubeDescheduler",
      status: "INCLUDED",
      object: { apiVersion: "operator.openshift.io/v1", kind: "KubeDescheduler", metadata: { name: "wanted" } },
    },
    {
      asset: "no-crd",
      path: "no-crd.yaml",
      component: "KubeDescheduler",
      status: "EXCLUDED",
      reason: "crd-missing: missing.x.io is not installed",
    },
  ]);
});

describe("the rendering as a table", () => {
  test("B-12-76 has fixed columns, cuts what is too long, and ends with the counts of all", () => {
    const long = asset("a-name-that-is-longer-than-30-characters", { component: "AKindWithAVeryLongName" });
    const found = records([...allWays, long]);
    const lines = statusOutput(shownRecords(found, false), found).split("\n");
    expect(lines).toEqual([
      "ASSET                          STATUS          COMPONENT            REASON",
      "-".repeat(100),
      "wanted                         INCLUDED        KubeDescheduler",
      "broken                         ERROR           KubeDescheduler      undefined variable: Params.role",
      "unread                         ERROR           KubeDescheduler      whether unread.x.io is installed cannot be read: 403",
      "a-name-that-is-longer-than-... INCLUDED        AKindWithAVeryLon...",
      "-".repeat(100),
      "2 included, 4 excluded, 1 filtered, 2 errors",
      "",
    ]);
  });

  test("B-12-76 counts every asset of the catalog, shown or not", () => {
    const many = Array.from({ length: 83 }, (_, index) =>
      asset(index % 7 === 0 ? "filtered" : `asset-${index}`, { conditions: index % 3 === 0 ? [optIn] : [] }),
    );
    const found = records(many);
    const totals = (shown: boolean): string =>
      statusOutput(shownRecords(found, shown), found).trimEnd().split("\n").at(-1) ?? "";
    const sum = [...totals(true).matchAll(/\d+/g)].reduce((before, [count]) => before + Number(count), 0);
    expect(sum).toBe(83);
    expect(totals(false)).toBe(totals(true));
  });
});
