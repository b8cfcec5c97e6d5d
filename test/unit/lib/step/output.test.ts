import { describe, expect, test } from "@jest/globals";
import { formatOutput } from "../../../../steps/lib/step/output.ts";

const document = { hubs: [{ name: "old", clusters: 12 }] };
const table = () => ({
  columns: ["name", "clusters"],
  rows: [
    ["old", "12"],
    ["a-longer-name", "3\u001b[2J"],
  ],
});

describe("formatOutput", () => {
  test("prints aligned columns without borders and trailing spaces for people", async () => {
    expect(await formatOutput("table", document, table)).toBe(
      ["NAME           CLUSTERS", "old            12", "a-longer-name  3 [2J"].join("\n"),
    );
  });

  test("prints the whole document as JSON", async () => {
    expect(JSON.parse(await formatOutput("json", document, table))).toEqual(document);
  });

  test("prints the whole document as YAML", async () => {
    expect(await formatOutput("yaml", document, table)).toBe("hubs:\n  - name: old\n    clusters: 12");
  });
});
