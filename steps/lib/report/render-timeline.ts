import { escapeHtml } from "./escape-html.ts";
import type { TimelineEntry } from "./types.ts";

const rowHeight = 26;
const labelWidth = 300;
const chartWidth = 560;
const minimumBar = 3;

interface Span {
  readonly entry: TimelineEntry;
  readonly start: number;
  readonly end: number;
}

function spans(timeline: readonly TimelineEntry[]): readonly Span[] {
  return timeline.map((entry) => {
    const start = Date.parse(entry.startedAt) || 0;
    return { entry, start, end: start + Math.max(entry.durationMs, 0) };
  });
}

function seconds(ms: number): string {
  return ms >= 60_000
    ? `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`
    : `${(ms / 1000).toFixed(1)} s`;
}

function row({ entry, start, end }: Span, index: number, from: number, total: number): string {
  const y = index * rowHeight;
  const x = labelWidth + ((start - from) / total) * chartWidth;
  const width = Math.max(((end - start) / total) * chartWidth, minimumBar);
  const text = `${entry.title}: ${entry.state}, ${seconds(entry.durationMs)}`;
  const left = x - labelWidth > chartWidth / 2;
  const timeX = left ? x - 6 : x + width + 6;
  return (
    `<g class="step ${escapeHtml(entry.state)}"><title>${escapeHtml(text)}</title>` +
    `<text x="0" y="${y + 17}">${escapeHtml(entry.step)}</text>` +
    `<rect x="${x.toFixed(1)}" y="${y + 6}" width="${width.toFixed(1)}" height="14" rx="3"/>` +
    `<text class="time" x="${timeX.toFixed(1)}" y="${y + 17}"${left ? ' text-anchor="end"' : ""}>${seconds(entry.durationMs)}</text></g>`
  );
}

/** Steps over time as inline SVG, one bar each; readable without colour through its texts. Pure. */
export function renderTimeline(timeline: readonly TimelineEntry[]): string {
  const all = spans(timeline);
  if (all.length === 0) {
    return "";
  }
  const from = Math.min(...all.map((span) => span.start));
  const total = Math.max(1, Math.max(...all.map((span) => span.end)) - from);
  const height = all.length * rowHeight;
  const width = labelWidth + chartWidth + 80;
  const rows = all.map((span, index) => row(span, index, from, total)).join("");
  return `<svg role="img" aria-label="Steps over time" viewBox="0 0 ${width} ${height}" width="100%">${rows}</svg>`;
}
