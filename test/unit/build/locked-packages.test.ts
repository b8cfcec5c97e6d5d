import { describe, expect, test } from "@jest/globals";
import { lockedPackage, nearestPackage } from "../../../images/build/locked-packages.ts";

describe("a package of the lock file", () => {
  const entry = { version: "1.2.3", license: "ISC", integrity: "sha512-qrs=" };

  test.each([
    ["node_modules/one", "one"],
    ["node_modules/@scope/one", "@scope/one"],
    ["node_modules/@scope/one/node_modules/two", "two"],
  ])("at %s is %s", (path, name) => {
    expect(lockedPackage({ [path]: entry }, path)).toEqual({
      path,
      name,
      version: "1.2.3",
      licence: "ISC",
      sha512: "aabb",
      dependencies: [],
    });
  });

  test.each([
    ["a place it does not know", {}],
    ["no integrity", { "node_modules/one": { version: "1.2.3", license: "ISC" } }],
    ["an old hash", { "node_modules/one": { ...entry, integrity: "sha1-qrs=" } }],
    ["no licence", { "node_modules/one": { version: "1.2.3", integrity: "sha512-qrs=" } }],
  ])("with %s is refused", (_what, lock) => {
    expect(() => lockedPackage(lock, "node_modules/one")).toThrow(
      "package-lock.json does not pin node_modules/one with version, licence and SHA-512; run npm install",
    );
  });
});

describe("the nearest package", () => {
  const places = new Set(["node_modules/a", "node_modules/b", "node_modules/a/node_modules/b"]);

  test.each([
    ["node_modules/a", "b", "node_modules/a/node_modules/b"],
    ["node_modules/a/node_modules/b", "a", "node_modules/a"],
    ["node_modules/b", "b", "node_modules/b"],
    ["node_modules/b", "c", undefined],
  ])("seen from %s for %s is %s", (from, name, found) => {
    expect(nearestPackage(places, from, name)).toBe(found);
  });
});
