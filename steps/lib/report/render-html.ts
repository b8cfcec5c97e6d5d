import { escapeHtml } from "./escape-html.ts";
import { renderTimeline } from "./render-timeline.ts";
import { tableParts } from "./table-parts.ts";
import type { Report, ReportCheck, ReportTable } from "./types.ts";

// One file, no network, readable without scripts, in light and dark, on paper.
const style = `
:root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--line:#d0d7de;--back:#fff;--card:#f6f8fa;--good:#1a7f37;--bad:#cf222e;--warn:#9a6700;--blue:#0969da}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--line:#3d444d;--back:#0d1117;--card:#151b23;--good:#3fb950;--bad:#f85149;--warn:#d29922;--blue:#4493f8}}
*{box-sizing:border-box}body{margin:0 auto;max-width:1200px;padding:24px;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
header{border-left:6px solid var(--blue);padding-left:16px}header.failed,header.refused{border-color:var(--bad)}header.succeeded,header.already-completed{border-color:var(--good)}
h1{font-size:24px;margin:0}h2{font-size:18px;margin:32px 0 8px}.summary{font-size:17px;margin:4px 0}.outcome{font-weight:700}
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:8px;margin:16px 0}dl div{background:var(--card);border:1px solid var(--line);border-radius:6px;padding:8px 12px}dt{color:var(--dim);font-size:13px}dd{margin:0;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;font-size:14px}th,td{text-align:left;padding:6px 8px;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word;max-width:420px}th{color:var(--dim);font-weight:600}
.wide{overflow-x:auto}.rows td{overflow-wrap:anywhere;min-width:86px}.rows td:first-child{min-width:160px}.rows td:last-child{min-width:180px}
.error{border:1px solid var(--bad);border-radius:6px;padding:8px 12px;margin:8px 0}.warning{border:1px solid var(--warn);border-radius:6px;padding:6px 12px;margin:6px 0}
.bad{color:var(--bad);font-weight:600}.good{color:var(--good)}.warn{color:var(--warn);font-weight:600}.dim{color:var(--dim)}
svg text{fill:var(--ink);font:12px system-ui,sans-serif}svg .time{fill:var(--dim)}svg rect{fill:var(--good)}svg .already-done rect,svg .skipped rect{fill:var(--dim)}svg .failed rect{fill:var(--bad)}svg .interrupted rect{fill:var(--warn)}svg .planned rect{fill:var(--blue)}
details summary{cursor:pointer;font-weight:600;margin:16px 0 8px}footer{margin-top:40px;color:var(--dim);font-size:13px}
@media print{body{max-width:none;padding:0}.wide{overflow:visible}details>*{display:block}}
`;

function section(title: string, body: string): string {
  return body === "" ? "" : `<section><h2>${escapeHtml(title)}</h2>${body}</section>`;
}

function table(columns: readonly string[], rows: readonly string[]): string {
  const head = columns.map((column) => `<th scope="col">${escapeHtml(column)}</th>`).join("");
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function cellsOf(texts: readonly string[]): string {
  return texts.map((text) => `<td>${escapeHtml(text)}</td>`).join("");
}

function plainRow(cells: readonly string[]): string {
  return `<tr>${cellsOf(cells)}</tr>`;
}

const marks = { passed: ["good", "✔ passed"], skipped: ["dim", "↷ skipped"] } as const;

function checkRow(check: ReportCheck): string {
  const failed = check.severity === "critical" ? (["bad", "✖ failed"] as const) : (["warn", "▲ warning"] as const);
  const [kind, mark] = check.result === "failed" ? failed : marks[check.result];
  const rest = [check.id, check.hub, check.message, check.result === "failed" ? check.remediation : ""];
  return `<tr><td class="${kind}">${mark}</td>${cellsOf(rest)}</tr>`;
}

function checks(all: readonly ReportCheck[]): string {
  if (all.length === 0) {
    return "";
  }
  const failed = all.filter((check) => check.result === "failed");
  const others = all.filter((check) => check.result !== "failed");
  const passed = all.filter((check) => check.result === "passed").length;
  const shown = (some: readonly ReportCheck[]): string =>
    table(["Result", "Check", "Hub", "Finding", "Fix"], some.map(checkRow));
  const head = `Checks: ${passed} of ${all.length} passed`;
  if (failed.length === 0) return folded(head, shown(others));
  const left = others.length === 0 ? "" : folded(`The other ${others.length}`, shown(others));
  return section(head, `${shown(failed)}${left}`);
}

function markedRow([name = "", ...cells]: readonly string[]): string {
  const first = `<td><span class="bad">✖</span> ${escapeHtml(name)}</td>`;
  return `<tr>${first}${cellsOf(cells)}</tr>`;
}

function extraTable(given: ReportTable): string {
  const { title, columns, rows, legend, exceptions } = given;
  if (rows.length === 0) return "";
  const { first, rest, short, exceptions: unusual } = tableParts(given);
  const words = legend === undefined ? "" : `<p class="dim">${escapeHtml(legend)}</p>`;
  if (short) {
    const all = table(columns, [...first.map(markedRow), ...rest.map(plainRow)]);
    return section(`${title} (${rows.length})`, `${words}<div class="rows">${all}</div>`);
  }
  const looked = exceptions === undefined ? "" : `, ${counted(unusual)} to be looked at`;
  const others = `${first.length === 0 ? "All" : "The other"} ${counted(rest.length)}`;
  const shown = first.length === 0 ? "" : table(columns, first.map(markedRow));
  const left = rest.length === 0 ? "" : folded(others, table(columns, rest.map(plainRow)));
  return section(`${title} (${counted(rows.length)}${looked})`, `${words}<div class="rows">${shown}${left}</div>`);
}

function folded(summary: string, body: string): string {
  return `<details><summary>${escapeHtml(summary)}</summary>${body}</details>`;
}

const counted = (count: number): string => count.toLocaleString("en-US");

/** The report as one self-contained HTML file. Every text of it is escaped: names come from clusters. Pure. */
export function renderHtml(report: Report): string {
  const facts = report.facts.map(
    ({ label, value }) => `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  const errors = report.errors.map(
    ({ id, what, why, fix }) =>
      `<div class="error"><strong class="bad">✖ ${escapeHtml(id)}</strong> ${escapeHtml(what)}<br>${escapeHtml(why)}<br><strong>Fix:</strong> ${escapeHtml(fix)}</div>`,
  );
  const warnings = report.warnings.map(
    (text) => `<div class="warning"><span class="warn">▲</span> ${escapeHtml(text)}</div>`,
  );
  const next = report.nextActions.map((text) => `<li>${escapeHtml(text)}</li>`);
  const outcome = escapeHtml(report.outcome);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(report.title)}: ${outcome}</title><style>${style}</style></head>
<body><header class="${outcome}"><h1>${escapeHtml(report.title)}</h1>
<p class="summary"><span class="outcome">${outcome}</span>: ${escapeHtml(report.summary)}</p></header>
<main><dl>${facts.join("")}</dl>
${section("Errors", errors.join(""))}${section("Next", next.length === 0 ? "" : `<ol>${next.join("")}</ol>`)}${section("Warnings", warnings.join(""))}
${section("Steps", renderTimeline(report.timeline))}
${report.tables.map(extraTable).join("")}${checks(report.checks)}</main>
<footer>${escapeHtml(report.operation)} ${escapeHtml(report.operationId)}, run ${escapeHtml(report.runName)}, ${escapeHtml(report.startedAt)} to ${escapeHtml(report.finishedAt)}</footer>
</body></html>
`;
}
