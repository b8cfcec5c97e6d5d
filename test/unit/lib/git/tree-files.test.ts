import { describe, expect, test } from "@jest/globals";
import { entryPath, isWantedFile, mayHoldWanted, pathBelow } from "../../../../steps/lib/git/tree-files.ts";

const wanted = { folders: ["infra/assets"], files: ["infra/hco.yaml", "crds.lock.json"] };

describe("of a commit", () => {
  test.each(["infra/assets/a.yaml", "infra/assets/active/b/c.yaml", "infra/hco.yaml", "crds.lock.json"])(
    "%s is wanted",
    (path) => expect(isWantedFile(path, wanted)).toBe(true),
  );

  test.each(["infra/assets.yaml", "infra/assetsx/a.yaml", "hco.yaml", "infra/hco.yaml/x", "README.md"])(
    "%s is not wanted",
    (path) => expect(isWantedFile(path, wanted)).toBe(false),
  );

  test.each(["infra", "infra/assets", "infra/assets/active"])("the folder %s is looked into", (folder) =>
    expect(mayHoldWanted(folder, wanted)).toBe(true),
  );

  test.each(["docs", "infra/other", "infra/assetsx"])("the folder %s is not looked into", (folder) =>
    expect(mayHoldWanted(folder, wanted)).toBe(false),
  );

  test("everything is wanted where its root is", () => {
    expect(isWantedFile("a/b", { folders: ["."], files: [] })).toBe(true);
    expect(mayHoldWanted("a", { folders: ["."], files: [] })).toBe(true);
  });

  test.each(["..", ".", "", ".git", "a/b", "a\\b", "a\0"])("a file with the name %j ends the reading", (name) =>
    expect(() => entryPath("infra", name)).toThrow("the commit has a file with the name"),
  );
});

describe("a path that an installer names", () => {
  test.each([
    [".", "."],
    ["", "."],
    ["./a//b/", "a/b"],
    ["a/../b", "b"],
  ])("%j is %j below the root", (text, path) => expect(pathBelow(text)).toBe(path));

  test.each(["..", "../a", "a/../../b", "/etc/passwd", ".git/config", "a/.git"])("%j is none", (text) =>
    expect(pathBelow(text)).toBeUndefined(),
  );
});
