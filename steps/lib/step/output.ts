import * as Type from "typebox";

export const outputFormats = ["table", "json", "yaml"] as const;

export type OutputFormat = (typeof outputFormats)[number];

/** The `output` param of every command that reads and shows. */
export const outputParam = Type.Enum([...outputFormats], {
  default: "table",
  description: "Form of the answer: a table for people, JSON or YAML for programs",
});

export interface OutputTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** No borders: lines are easy to copy and to cut with ordinary tools. */
const borderless = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "  ",
};

/** One line of plain text: what a server or a file says must not move the cursor or colour the rest of the screen. */
export function plainCell(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** The table as text with aligned columns, capitals as heads, no trailing spaces. */
export async function tableText(table: OutputTable): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const layout = new Table({
    chars: borderless,
    head: table.columns.map((name) => name.toUpperCase()),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
  });
  layout.push(...table.rows.map((row) => row.map(plainCell)));
  return layout
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

/**
 * The one answer of a read command in the form that was asked for.
 *
 * @param document complete data, for programs
 * @param table called only when a person reads
 * @example print(await formatOutput(params.output, runs, () => ({ columns: ["name"], rows: runs.map((run) => [run.name]) })));
 */
export async function formatOutput(format: OutputFormat, document: unknown, table: () => OutputTable): Promise<string> {
  if (format === "json") return JSON.stringify(document, undefined, 2);
  if (format === "table") return tableText(table());
  const { yamlText } = await import("./yaml-text.ts");
  return yamlText(document);
}
