import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { tuningDefaults } from "../../steps/switchover/tuning.schema.ts";
import { root } from "./support/manifests.ts";

const page = readFileSync(join(root, "docs/switchover/tuning.md"), "utf8");
const [effective = "", inert = ""] = page.split("## Without effect");

/** Key → default, as a table says. */
function documented(text: string): Readonly<Record<string, number>> {
  const rows = [...text.matchAll(/^\| `(\w+)` \| ([\d.]+) \|/gm)];
  return Object.fromEntries(rows.map(([, key = "", value]) => [key, Number(value)]));
}

const sources = readdirSync(join(root, "steps/switchover"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith("tuning.schema.ts"))
  .map((file) => readFileSync(join(root, "steps/switchover", file), "utf8"));

/** Whether a program reads the key: by its name, by taking it out of the tuning, or by a name that stands for it. */
function isRead(key: string): boolean {
  const reads = new RegExp(
    `[tT]uning\\.${key}\\b|\\{[^{}]*\\b${key}\\b[^{}]*\\}(: [^=;]*)? = [\\w.]*[tT]uning\\b|limit: "${key}"`,
  );
  return sources.some((text) => reads.test(text));
}

describe("the page on wait times", () => {
  test("names every key with its default, and no other", () => {
    expect(documented(page)).toEqual(tuningDefaults);
  });

  test.each(Object.keys(documented(effective)))("says that %s limits something, and it does", (key) => {
    expect(isRead(key)).toBe(true);
  });

  test.each(Object.keys(documented(inert)))("says that %s has no effect, and nothing reads it", (key) => {
    expect(isRead(key)).toBe(false);
  });
});
