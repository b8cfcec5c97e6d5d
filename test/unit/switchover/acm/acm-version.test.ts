import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  acmVersion,
  compareVersions,
  importsOnlyOnce,
  isAtLeast,
  isBelow,
  isSupported,
  lacksPause,
  minorOf,
  needsFreshPassive,
  needsTwoStageRestore,
  neverRecoversFailedRestore,
  throttlesOperator,
} from "../../../../steps/switchover/acm/acm-version.ts";
import { anyCharacter } from "../../../support/any-character.ts";

const part = fc.integer({ min: 0, max: 99_999 });

function known(text: string): ReturnType<typeof acmVersion> & { readonly known: true } {
  const version = acmVersion(text);
  if (!version.known) throw new Error(`${text} is not known`);
  return version;
}

describe("reading a version", () => {
  test.each([
    ["2.14.1", [2, 14, 1]],
    ["2.14", [2, 14, 0]],
    ["v2.16.0", [2, 16, 0]],
    ["5.0.0", [5, 0, 0]],
    [" 2.13.2 ", [2, 13, 2]],
  ])("%s is understood", (text, numbers) => {
    expect(acmVersion(text)).toMatchObject({ known: true, numbers });
  });

  test("A-83 / K-21: a release candidate has the features of its release", () => {
    const version = acmVersion("2.14.0-rc1");
    expect(version).toMatchObject({ known: true, text: "2.14.0-rc1", numbers: [2, 14, 0] });
    expect(lacksPause(version)).toBe(false);
    expect(importsOnlyOnce(version)).toBe(true);
  });

  test("build metadata does not count", () => {
    expect(acmVersion("2.15.3+git.1a2b").known).toBe(true);
  });

  test.each([undefined, "", "latest", "2", "2.x", "2.14.1.1", "two.fourteen", "2.14.1 or so", "999999.1.1"])(
    "%p is unknown, with its text kept",
    (text) => {
      expect(acmVersion(text)).toEqual({ known: false, text: text ?? "" });
    },
  );

  test("no text makes it throw", () => {
    fc.assert(fc.property(fc.string({ unit: anyCharacter }), (text) => typeof acmVersion(text).known === "boolean"));
  });

  test("numbers survive whatever suffix follows", () => {
    const suffix = fc.tuple(fc.constantFrom("-", "+"), fc.string()).map(([mark, rest]) => mark + rest);
    fc.assert(
      fc.property(part, part, part, fc.option(suffix, { nil: "" }), (major, minor, patch, tail) => {
        expect(known(`${major}.${minor}.${patch}${tail.trimEnd()}`).numbers).toEqual([major, minor, patch]);
      }),
    );
  });
});

describe("comparing versions", () => {
  test("is the order of the numbers, part by part", () => {
    fc.assert(
      fc.property(fc.tuple(part, part, part), fc.tuple(part, part, part), (a, b) => {
        const order = compareVersions(known(a.join(".")), known(b.join(".")));
        const firstDifference = a.map((value, index) => value - (b[index] ?? 0)).find((value) => value !== 0) ?? 0;
        expect(Math.sign(order)).toBe(Math.sign(firstDifference));
      }),
    );
  });

  test("a known version is either at least or below a bound, an unknown one neither", () => {
    fc.assert(
      fc.property(part, part, (major, minor) => {
        const version = acmVersion(`${major}.${minor}.0`);
        return isAtLeast(version, "2.14") !== isBelow(version, "2.14");
      }),
    );
    expect(isAtLeast(acmVersion("x"), "2.14")).toBe(false);
    expect(isBelow(acmVersion("x"), "2.14")).toBe(false);
  });

  test("2.9 is older than 2.14", () => {
    expect(isBelow(acmVersion("2.9.9"), "2.14")).toBe(true);
  });

  test("the minor of a version leaves the patch out", () => {
    expect(minorOf(acmVersion("2.14.7"))).toBe("2.14");
    expect(minorOf(acmVersion("odd"))).toBe("odd");
  });

  test("a bound that is no version is a defect", () => {
    expect(() => isAtLeast(acmVersion("2.14.1"), "next")).toThrow(TypeError);
  });
});

describe("what a version decides", () => {
  const cases = [
    // version, supported, lacks pause, imports once, throttled, fresh (patch), fresh (restore), two stages, never recovers
    ["2.10.9", false, true, false, true, true, true, true, true],
    ["2.11.0", true, true, false, true, true, true, true, true],
    ["2.12.4", true, false, false, true, true, true, true, true],
    ["2.13.0", true, false, false, true, true, false, false, true],
    ["2.14.0", true, false, true, true, true, false, false, true],
    ["2.15.0", true, false, true, false, true, false, false, true],
    ["2.16.3", true, false, true, false, true, false, false, true],
    ["2.17.0", true, false, true, false, false, false, false, false],
    ["5.0.0", true, false, true, false, false, false, false, false],
    // An unknown version takes what works everywhere.
    ["unknown", false, false, false, true, true, true, true, false],
  ] as const;

  test.each(cases)("on %s", (text, ...expected) => {
    const version = acmVersion(text);
    expect([
      isSupported(version),
      lacksPause(version),
      importsOnlyOnce(version),
      throttlesOperator(version),
      needsFreshPassive(version, "patch"),
      needsFreshPassive(version, "restore"),
      needsTwoStageRestore(version),
      neverRecoversFailedRestore(version),
    ]).toEqual(expected);
  });
});
