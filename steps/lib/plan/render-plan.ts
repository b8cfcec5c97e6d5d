import { createTwoFilesPatch } from "diff";
import { yamlText } from "../step/yaml-text.ts";
import type { PlanDocument, PlanEntry } from "./plan-document.ts";

/** Text from a cluster must neither move the cursor nor end the line. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

function lines(value: unknown): string {
  return value === null || value === undefined ? "" : yamlText(value);
}

/** Lines of a unified diff of both states as YAML, without the head that names files. */
function difference({ before, after }: PlanEntry): readonly string[] {
  const patch = createTwoFilesPatch("before", "after", lines(before), lines(after), "", "", { context: 2 });
  return patch
    .split("\n")
    .filter((line) => /^[-+ ]/.test(line) && !/^(---|\+\+\+) (before|after)/.test(line))
    .map((line) => line.replaceAll(/[\p{Cc}\u2028\u2029]/gu, "�"));
}

function isWrite({ verb }: PlanEntry): boolean {
  return verb === "create" || verb === "merge-patch" || verb === "delete";
}

/** Equal writes of one step to many objects: one of them shows what all do. */
function likeness({ step, hub, verb, group, resource, patch }: PlanEntry): string {
  return JSON.stringify([step, hub, verb, group, resource, verb === "merge-patch" ? patch : undefined]);
}

function details(entry: PlanEntry): readonly string[] {
  const server = entry.server === undefined ? [] : [`server: ${oneLine(entry.server)}`];
  if (!("before" in entry)) return ["(the object is read by the real run, right before this)", ...server];
  return [...difference(entry), ...server];
}

/** One line per entry, each write followed by what it changes; of equal writes the first shows it. Pure. */
export function planLines({ entries }: Pick<PlanDocument, "entries">): readonly string[] {
  const shown = new Set<string>();
  return entries.flatMap((entry) => {
    const { phase, step, hub, verb, object, summary } = entry;
    const head = oneLine(`[DRY-RUN] ${phase} ${step}: ${verb} ${object}: ${summary}${hub === "" ? "" : ` (${hub})`}`);
    const likewise = verb !== "merge-patch" ? undefined : likeness(entry);
    if (!isWrite(entry) || (likewise !== undefined && shown.has(likewise))) return [head];
    if (likewise !== undefined) shown.add(likewise);
    return [head, ...details(entry).map((line) => `    ${line}`)];
  });
}

/** How last lines and logs name the digest. */
export function digestNote({ digest }: Pick<PlanDocument, "digest">): string {
  return `plan digest ${digest}`;
}

/** The plan as Markdown, for a ticket or a review. Pure. */
export function planMarkdown(plan: PlanDocument): string {
  const { create, delete: removed, wait, later } = plan.counts;
  const hubs = Object.entries(plan.hubs).map(([name, { id, api }]) => `- ${name}: ${id} (${api})`);
  // No line of the plan can end the block: each is indented or begins with its mark.
  const fence = "~~~~";
  return [
    `# Plan of ${plan.operation} ${plan.operationId}`,
    `Planned at ${plan.plannedAt}; nothing was changed. ${create} creations, ${plan.counts["merge-patch"]} patches, ${removed} deletions, ${wait} waits; ${later} steps are planned on once their first writes are done.`,
    `Plan digest \`${plan.digest}\`: a run that is to do this and nothing else is given it.`,
    hubs.join("\n"),
    [`${fence}diff`, ...planLines(plan), fence].join("\n"),
    "",
  ].join("\n\n");
}
