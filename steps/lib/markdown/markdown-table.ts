/** A cell is Markdown; only what would end it is escaped. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replace(/\s+/g, " ").trim();
}

/** A table of cells that are Markdown already, which this program wrote or its own files hold. Pure. */
export function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** A text as code, so that nothing of it is markup; blank where there is none. Pure. */
export function markdownCode(text: string): string {
  return text === "" ? "" : `\`${text.replaceAll("`", "'")}\``;
}
