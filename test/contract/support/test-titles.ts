import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "@swc/core";
import { root } from "./manifests.ts";
import { type Node, within } from "./syntax-tree.ts";

function textOf({ type, value, quasis }: Node): string {
  if (type === "StringLiteral") return String(value);
  if (type !== "TemplateLiteral" || !Array.isArray(quasis)) return "";
  return quasis.map((quasi: { readonly cooked?: string }) => quasi.cooked ?? "").join("…");
}

/**
 * Texts of a test file that can be a title: its literals, since many titles stand in the tables of `test.each`.
 * Comments are none.
 */
export async function titlesOf(source: string): Promise<readonly string[]> {
  const module = await parse(source, { syntax: "typescript", target: "es2022" });
  return [...within(module.body)].map(textOf).filter((text) => text !== "");
}

/** Path → titles, of every test but the contract tests, whose fixtures name scenarios themselves. */
export async function allTitles(): Promise<ReadonlyMap<string, readonly string[]>> {
  const folder = join(root, "test");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".test.ts") && !path.startsWith("contract"))
    .toSorted();
  const titles = files.map(async (path) => {
    const file = join(folder, path);
    return [relative(root, file), await titlesOf(readFileSync(file, "utf8"))] as const;
  });
  return new Map(await Promise.all(titles));
}
