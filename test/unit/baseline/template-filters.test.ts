import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { storedGzip } from "../../../steps/baseline/template/stored-gzip.ts";
import { cpuset, wholeNumber } from "../../../steps/baseline/template/value-filters.ts";

describe("gzip without compression", () => {
  test("is read by gunzip, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(gunzipSync(storedGzip(text)).toString("utf8")).toBe(text);
      }),
    );
  });

  test.each([65_535, 65_536, 200_000])("is read where the text has %i bytes, and so several blocks", (length) => {
    const text = "x".repeat(length);
    expect(gunzipSync(storedGzip(text)).toString("utf8")).toBe(text);
  });

  test("has the bytes that the formats say, on any machine", () => {
    expect(storedGzip("a\n").toString("hex")).toBe("1f8b08000000000000ff010200fdff610a07a1eadd02000000");
  });
});

describe("a set of CPUs", () => {
  test.each(["0", "0-1", "0-1,52-53", "3,1", "0-8191"])("may be %s", (text) => {
    expect(cpuset(text)).toBe(text);
  });

  test("may have white space around it", () => {
    expect(cpuset(" 0-1\n")).toBe("0-1");
  });

  test.each(["", ",", "0,", "1-", "-1", "5-1", "00", "0-8192", "0-10:2/4", "all", '0"', "0 -1", 3, null])(
    "is never %j",
    (value) => {
      expect(cpuset(value)).toBe("");
    },
  );
});

describe("a whole number", () => {
  test.each(["1", "10", " 7 "])("is read of %j", (text) => {
    expect(wholeNumber(text, 1, 10, "annotation")).toBe(Number(text));
  });

  test.each(["0", "11", "1.0", "0x5", "", "9".repeat(40), 5, null])("is not read of %j", (value) => {
    expect(() => wholeNumber(value, 1, 10, "annotation")).toThrow(
      `annotation is ${JSON.stringify(value)}, and takes a whole number from 1 to 10`,
    );
  });
});
