import type { FetchedCrd } from "./fetch-collection.ts";
import type { CrdLock, LockedFile } from "./lock.ts";
import { sha256Of } from "./lock.ts";
import type { CrdSource } from "./sources.ts";

/** What one file of the collection is, beside what it should be. */
export type FileComparison =
  | { readonly file: string; readonly state: "equal" }
  | { readonly file: string; readonly state: "out-of-sync" | "missing" | "not-verifiable"; readonly reason: string };

/** `unverified`: nothing is wrong with what could be compared, but not everything could. */
export type Verdict = "in-sync" | "unverified" | "out-of-sync";

/** Contents by their places in the collection. */
export type PresentFiles = ReadonlyMap<string, Uint8Array>;

function equal(file: string): FileComparison {
  return { file, state: "equal" };
}

function outOfSync(file: string, reason: string): FileComparison {
  return { file, state: "out-of-sync", reason };
}

function missing(file: string): FileComparison {
  return { file, state: "missing", reason: "the collection has no such file" };
}

function origin({ repo, ref, path }: CrdSource | LockedFile): string {
  return `${repo}@${ref}:${path}`;
}

function compareLocked(
  source: CrdSource,
  locked: LockedFile | undefined,
  content: Uint8Array | undefined,
): FileComparison {
  const { file } = source;
  if (content === undefined) return missing(file);
  if (locked === undefined) return outOfSync(file, "the lock does not have it");
  if (origin(locked) !== origin(source)) {
    return outOfSync(file, `the lock has it from ${origin(locked)}, and its source is ${origin(source)}`);
  }
  const found = sha256Of(content);
  return found === locked.sha256
    ? equal(file)
    : outOfSync(file, `its sha256 is ${found.slice(0, 12)}…, and by the lock ${locked.sha256.slice(0, 12)}…`);
}

function withoutSource(files: Iterable<string>, sources: readonly CrdSource[]): readonly FileComparison[] {
  const known = new Set(sources.map(({ file }) => file));
  return [...new Set(files)].filter((file) => !known.has(file)).map((file) => outOfSync(file, "it has no source"));
}

/** The collection beside its lock: needs no network, and no branch that moves changes the answer. Pure. */
export function compareWithLock(
  sources: readonly CrdSource[],
  lock: CrdLock,
  present: PresentFiles,
): readonly FileComparison[] {
  const locked = new Map(lock.files.map((entry) => [entry.file, entry]));
  return [
    ...sources.map((source) => compareLocked(source, locked.get(source.file), present.get(source.file))),
    ...withoutSource([...present.keys(), ...locked.keys()], sources),
  ];
}

function compareFetched(fetched: FetchedCrd, content: Uint8Array | undefined): FileComparison {
  const { file } = fetched.source;
  if (content === undefined) return missing(file);
  if (fetched.state === "failed") return { file, state: "not-verifiable", reason: fetched.reason };
  return Buffer.from(content).equals(fetched.content)
    ? equal(file)
    : outOfSync(file, `it differs from ${origin(fetched.source)}`);
}

/** The collection beside what its sources have now. Pure. */
export function compareWithUpstream(fetched: readonly FetchedCrd[], present: PresentFiles): readonly FileComparison[] {
  const sources = fetched.map(({ source }) => source);
  return [
    ...fetched.map((one) => compareFetched(one, present.get(one.source.file))),
    ...withoutSource(present.keys(), sources),
  ];
}

/** Pure. */
export function verdictOf(comparisons: readonly FileComparison[]): Verdict {
  if (comparisons.some(({ state }) => state === "out-of-sync" || state === "missing")) return "out-of-sync";
  return comparisons.some(({ state }) => state === "not-verifiable") ? "unverified" : "in-sync";
}

/** One line for each file that is not equal. Pure. */
export function describeComparisons(comparisons: readonly FileComparison[]): readonly string[] {
  return comparisons.flatMap((one) =>
    one.state === "equal" ? [] : [`${one.file}: ${one.state.replaceAll("-", " ")}: ${one.reason}`],
  );
}
