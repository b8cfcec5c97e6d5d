import { createTwoFilesPatch } from "diff";
import { yamlText } from "../../lib/step/yaml-text.ts";
import { type RenderRecord, reasonText } from "../report/render-record.ts";
import { buriedObjects, includedObjects, type Rendering } from "./rendering.ts";

/** What is different between two renderings; objects by their names, in the order of the catalog. */
export interface RenderingDifference {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** What only the tombstones of the checked commit delete. */
  readonly buried: readonly string[];
  /** `asset: reason` of each asset that the checked commit cannot render. */
  readonly errors: readonly string[];
  /** Each object's own difference. */
  readonly patches: readonly string[];
}

function textOf(record: RenderRecord | undefined): string {
  return record?.object === undefined ? "" : `${yamlText(record.object)}\n`;
}

function patchOf(key: string, before: string, after: string): string {
  const [from, to] = [before === "" ? "/dev/null" : `base/${key}`, after === "" ? "/dev/null" : `head/${key}`];
  const [, ...lines] = createTwoFilesPatch(from, to, before, after, "", "", { context: 3 }).split("\n");
  return lines.join("\n").trimEnd();
}

/** What the checked commit renders otherwise than the other. Pure. */
export function compareRenderings(base: Rendering, head: Rendering): RenderingDifference {
  const [before, after] = [includedObjects(base), includedObjects(head)];
  const added = [...after.keys()].filter((key) => !before.has(key));
  const removed = [...before.keys()].filter((key) => !after.has(key));
  const changed = [...after.keys()].filter(
    (key) => before.has(key) && textOf(before.get(key)) !== textOf(after.get(key)),
  );
  const buriedBefore = new Set(buriedObjects(base));
  const failed = head.records.filter(({ status }) => status === "ERROR");
  return {
    added,
    changed,
    removed,
    buried: buriedObjects(head).filter((key) => !buriedBefore.has(key)),
    errors: failed.map(({ asset, reason }) => `${asset}: ${reason === undefined ? "" : reasonText(reason)}`),
    patches: [...added, ...changed, ...removed].map((key) =>
      patchOf(key, textOf(before.get(key)), textOf(after.get(key))),
    ),
  };
}

/** Whether the checked commit renders the same. Pure. */
export function isUnchanged({ added, changed, removed, buried }: RenderingDifference): boolean {
  return [added, changed, removed, buried].every((list) => list.length === 0);
}

/** `2 objects added, 1 changed, 0 removed`. Pure. */
export function differenceCounts({ added, changed, removed, buried, errors }: RenderingDifference): string {
  const counts = [`${added.length} added`, `${changed.length} changed`, `${removed.length} removed`];
  if (buried.length > 0) counts.push(`${buried.length} deleted by a tombstone`);
  if (errors.length > 0) counts.push(`${errors.length} not rendered`);
  return `of the objects of the baseline: ${counts.join(", ")}`;
}

/** For people: what is different in a line each, then how. Empty where nothing is. Pure. */
export function differenceText({ added, changed, removed, buried, errors, patches }: RenderingDifference): string {
  const lines = [
    ...errors.map((error) => `! ${error}`),
    ...buried.map((key) => `x ${key}`),
    ...removed.map((key) => `- ${key}`),
    ...changed.map((key) => `~ ${key}`),
    ...added.map((key) => `+ ${key}`),
    ...patches,
  ];
  return lines.map((line) => `${line}\n`).join("");
}
