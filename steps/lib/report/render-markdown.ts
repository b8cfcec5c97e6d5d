import { tableParts } from "./table-parts.ts";
import type { Report, ReportTable } from "./types.ts";

// Names come from clusters: nothing of them may become markup.
function cell(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|#]/g, "\\$&").replace(/\s+/g, " ");
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(columns), `|${columns.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

function section(title: string, body: string): readonly string[] {
  return body === "" ? [] : [`## ${title}`, body];
}

function list(items: readonly string[]): string {
  return items.map((item) => `- ${cell(item)}`).join("\n");
}

/** A ticket takes some dozens of rows, not thousands: those that are well are in the other forms. */
function tableText(given: ReportTable): string {
  const { columns, rows, legend, exceptions } = given;
  const { first, rest, short, exceptions: unusual } = tableParts(given);
  const words = legend === undefined ? [] : [cell(legend)];
  if (short || exceptions === undefined) return [...words, table(columns, [...first, ...rest])].join("\n\n");
  const shown = unusual > first.length ? `, the first ${first.length} of them here` : "";
  const left = `${unusual} of ${rows.length} are to be looked at${shown}; all rows are in report.html and report.json.`;
  return [...words, ...(first.length === 0 ? [] : [table(columns, first)]), left].join("\n\n");
}

function tableSections(tables: readonly ReportTable[]): readonly string[] {
  return tables.flatMap((one) => section(cell(one.title), one.rows.length === 0 ? "" : tableText(one)));
}

/** The report as Markdown, for tickets and chats. Pure. */
export function renderMarkdown(report: Report): string {
  const checks = report.checks.filter((check) => check.result !== "passed");
  const parts = [
    `# ${cell(report.title)}: ${cell(report.outcome)}`,
    cell(report.summary),
    table(
      ["Fact", "Value"],
      report.facts.map(({ label, value }) => [label, value]),
    ),
    ...section("Errors", list(report.errors.map(({ id, what, why, fix }) => `${id} ${what}: ${why}. Fix: ${fix}`))),
    ...section("Next", list(report.nextActions)),
    ...section("Warnings", list(report.warnings)),
    ...section(
      "Steps",
      report.timeline.length === 0
        ? ""
        : table(
            ["Phase", "Step", "State", "Seconds", "Note"],
            report.timeline.map((entry) => [
              entry.phase,
              entry.step,
              entry.state,
              (entry.durationMs / 1000).toFixed(1),
              entry.note,
            ]),
          ),
    ),
    ...section(
      "Checks that did not pass",
      checks.length === 0
        ? ""
        : table(
            ["Check", "Hub", "Result", "Message", "Fix"],
            checks.map((check) => [
              check.id,
              check.hub,
              `${check.result} (${check.severity})`,
              check.message,
              check.remediation,
            ]),
          ),
    ),
    ...tableSections(report.tables),
  ];
  return `${parts.join("\n\n")}\n`;
}
