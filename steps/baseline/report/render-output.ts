import { stringify } from "yaml";
import { countRecords } from "./render-counts.ts";
import { type RenderRecord, reasonText } from "./render-record.ts";

/** A text from a cluster must end neither the line nor the comment that it stands in. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u{FEFF}]+/gu, " ").trim();
}

function textOf(reason: RenderRecord["reason"]): string | undefined {
  return reason === undefined ? undefined : reasonText(reason);
}

function yamlDocument({ asset, path, component, status, reason, object }: RenderRecord): string {
  const facts = Object.entries({
    Asset: asset,
    Path: path,
    Component: component,
    Status: status,
    Reason: textOf(reason),
  });
  const comments = facts.flatMap(([name, text]) => (text === undefined ? [] : [`# ${name}: ${oneLine(text)}\n`]));
  // kubectl reads YAML 1.1, in which a plain `yes` is a boolean (Kubernetes 1.35, sigs.k8s.io/yaml).
  const options = { compat: "yaml-1.1", aliasDuplicateObjects: false, lineWidth: 0 } as const;
  return `${comments.join("")}${object === undefined ? "" : stringify(object, options)}`;
}

/** The records as YAML documents, as `kubectl apply` takes them: what is no object is in comments. Pure. */
export function yamlOutput(records: readonly RenderRecord[]): string {
  return records.map((record) => `${yamlDocument(record)}---\n`).join("");
}

/** Pure. */
export function jsonOutput(records: readonly RenderRecord[]): string {
  // A member that is undefined is left out.
  const plain = records.map((record) => ({ ...record, reason: textOf(record.reason) }));
  return `${JSON.stringify(plain, undefined, 2)}\n`;
}

const widths = { asset: 30, status: 15, component: 20 } as const;
const rule = "-".repeat(100);

function column(text: string, width: number): string {
  const characters = [...oneLine(text)];
  const fitting = characters.length <= width ? characters.join("") : `${characters.slice(0, width - 3).join("")}...`;
  return fitting.padEnd(width);
}

function row(asset: string, status: string, component: string, reason: string): string {
  const cells = [column(asset, widths.asset), column(status, widths.status), column(component, widths.component)];
  // What stands last is not in the way of anything.
  return [...cells, oneLine(reason)].join(" ").trimEnd();
}

/**
 * The records as a table for people, which ends with how many of all there are of each. Pure.
 *
 * @param shown those that become rows
 * @param all those that are counted
 */
export function statusOutput(shown: readonly RenderRecord[], all: readonly RenderRecord[]): string {
  const { included, excluded, filtered, errors } = countRecords(all);
  const totals = `${included} included, ${excluded} excluded, ${filtered} filtered, ${errors} errors`;
  const rows = shown.map(({ asset, status, component, reason }) => row(asset, status, component, textOf(reason) ?? ""));
  const lines = [row("ASSET", "STATUS", "COMPONENT", "REASON"), rule, ...rows, rule, totals];
  return lines.map((line) => `${line}\n`).join("");
}
