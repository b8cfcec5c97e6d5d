import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

const namedImport = /^import (?:\{ Type \}|Type) from "typebox";$/m;

/**
 * Lets esbuild drop what a declaration does not use of TypeBox, however it imports it: through `Type`, itself an object
 * of all members, all 75 kB stay, and every start parses them.
 */
export const shakeTypebox: Plugin = {
  name: "shake-typebox",
  setup: (build) => {
    build.onLoad({ filter: /\/steps\/.*\.ts$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!namedImport.test(source)) return undefined;
      return { contents: source.replace(namedImport, 'import * as Type from "typebox";'), loader: "ts" };
    });
  },
};
