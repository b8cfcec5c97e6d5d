import { markdownCode, markdownTable } from "../../lib/markdown/markdown-table.ts";
import { type CrdLock, type LockedFile, lockName } from "./lock.ts";

function categoryOf({ file }: LockedFile): string {
  return file.split("/")[0] ?? "";
}

function countsOf(files: readonly LockedFile[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(categoryOf(file), (counts.get(categoryOf(file)) ?? 0) + 1);
  return counts;
}

/** The README of the collection: how many files of which category, and where each comes from. Pure. */
export function collectionReadme({ files }: CrdLock): string {
  const sorted = files.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  const counts = [...countsOf(sorted)].map(([category, count]) => [category, String(count)]);
  const rows = sorted.map(({ file, repo, ref, path, commit }) => [
    markdownCode(file),
    `${repo} @ ${ref}`,
    markdownCode(path),
    commit === undefined ? "" : markdownCode(commit.slice(0, 12)),
  ]);
  const parts = [
    "# CustomResourceDefinitions",
    `Files of other projects, byte for byte as their repositories have them; ${markdownCode(lockName)} says which bytes. This file and the lock are written by the update of the collection.`,
    markdownTable(["Category", "Files"], [...counts, ["all", String(files.length)]]),
    markdownTable(["File", "Repository", "Path", "Commit"], rows),
  ];
  return `${parts.join("\n\n")}\n`;
}
