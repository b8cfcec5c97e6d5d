import { glob, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "@jest/globals";

const root = join(import.meta.dirname, "../..");

interface DynamicImport {
  readonly file: string;
  /** What is taken of the module: `{ parse }`. */
  readonly taken: string;
  readonly module: string;
}

async function dynamicImports(): Promise<readonly DynamicImport[]> {
  const found: DynamicImport[] = [];
  for await (const file of glob("steps/**/*.ts", { cwd: root })) {
    const text = await readFile(join(root, file), "utf8");
    // Of packages: neither of files of the project nor of Node itself.
    for (const [, taken = "", module = ""] of text.matchAll(
      /(?:const|let) ([^=;]+?) = await (?:Promise\.all\(\[)?import\("((?!\.|node:)[^"]+)"\)/g,
    )) {
      found.push({ file, taken, module });
    }
    const all = [...text.matchAll(/import\("(?!\.|node:)[^"]+"\)/g)].length;
    const understood = found.filter((one) => one.file === file).length;
    if (all !== understood) throw new Error(`${file} imports a package in a way that this test does not read`);
  }
  return found;
}

async function isEsModule(module: string): Promise<boolean> {
  const path = fileURLToPath(import.meta.resolve(module));
  if (path.endsWith(".mjs")) return true;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readFile(join(folder, "package.json"), "utf8").catch(() => undefined);
    if (text !== undefined) return JSON.parse(text).type === "module";
  }
  return false;
}

// esbuild 0.28 makes of a CommonJS package that is imported dynamically a chunk with a default export alone: names that
// Node finds in the package are undefined in the bundle, which no type and no test of the sources shows.
describe("a package that is imported when it is needed", () => {
  test("gives more than its default only where it is an ES module", async () => {
    const imports = await dynamicImports();
    expect(imports.length).toBeGreaterThan(0);
    const named = imports.filter(({ taken }) => !/^\{ default: \w+ \}$/.test(taken));
    const broken: string[] = [];
    for (const { file, taken, module } of named) {
      if (!(await isEsModule(module))) broken.push(`${file}: ${taken} of ${module}`);
    }
    expect(broken).toEqual([]);
  });
});
