import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";
import { compareFiles } from "../../images/build/compare-files.ts";
import { generatedFiles } from "../../images/build/generated-files.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe("generated files", () => {
  test("equal what the declarations say; `npm run generate` writes them", async () => {
    expect(await compareFiles(root, await generatedFiles())).toEqual([]);
  });
});
