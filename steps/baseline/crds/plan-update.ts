import type { PresentFiles } from "./compare.ts";
import { readCrdFile } from "./crd-file.ts";
import type { FetchedCrd } from "./fetch-collection.ts";
import { type CrdLock, type LockedFile, sha256Of } from "./lock.ts";
import type { CrdSource } from "./sources.ts";

/** `kept`: what came is not usable, and the file stays as it was. `missing`: nor was there one before. */
export type FileUpdate =
  | { readonly file: string; readonly action: "added" | "replaced"; readonly content: Uint8Array }
  | { readonly file: string; readonly action: "unchanged" }
  | { readonly file: string; readonly action: "kept" | "missing"; readonly reason: string }
  | { readonly file: string; readonly action: "removed" };

/** What an update of the collection does, known before anything is written. */
export interface UpdatePlan {
  readonly updates: readonly FileUpdate[];
  readonly lock: CrdLock;
}

interface PlannedFile {
  readonly update: FileUpdate;
  readonly locked?: LockedFile;
}

type Usable =
  | { readonly state: "usable"; readonly content: Uint8Array; readonly commit: string | undefined }
  | { readonly state: "unusable"; readonly reason: string };

/** An answer of 200 may be a page of words: only what is a CRD replaces one. */
function usable(fetched: FetchedCrd): Usable {
  if (fetched.state === "failed") return { state: "unusable", reason: fetched.reason };
  const { content, commit } = fetched;
  const read = readCrdFile(Buffer.from(content).toString("utf8"));
  return read.state === "valid"
    ? { state: "usable", content, commit }
    : { state: "unusable", reason: `what its source has is no CRD: ${read.faults.join("; ")}` };
}

function lockedAs({ file, repo, ref, path }: CrdSource, content: Uint8Array, commit: string | undefined): LockedFile {
  return { file, repo, ref, path, ...(commit === undefined ? {} : { commit }), sha256: sha256Of(content) };
}

/** What is kept stays locked as it was; the commit is known only of what has the locked bytes. */
function keptLock(source: CrdSource, content: Uint8Array, old: LockedFile | undefined): LockedFile {
  const isSame = old !== undefined && old.sha256 === sha256Of(content);
  return isSame ? old : lockedAs(source, content, undefined);
}

function planKept(
  source: CrdSource,
  reason: string,
  content: Uint8Array | undefined,
  old: LockedFile | undefined,
): PlannedFile {
  const { file } = source;
  if (content === undefined) return { update: { file, action: "missing", reason } };
  return { update: { file, action: "kept", reason }, locked: keptLock(source, content, old) };
}

function planFile(fetched: FetchedCrd, present: Uint8Array | undefined, old: LockedFile | undefined): PlannedFile {
  const { source } = fetched;
  const { file } = source;
  const found = usable(fetched);
  if (found.state === "unusable") return planKept(source, found.reason, present, old);
  const { content, commit } = found;
  const locked = lockedAs(source, content, commit);
  if (present === undefined) return { update: { file, action: "added", content }, locked };
  const isSame = Buffer.from(present).equals(content);
  return { update: isSame ? { file, action: "unchanged" } : { file, action: "replaced", content }, locked };
}

/**
 * Plans an update of the collection: only what is fetched whole and is a CRD replaces a file, and what has no source any
 * more goes. Pure.
 *
 * @param old the lock that the collection has, if any
 */
export function planUpdate(
  fetched: readonly FetchedCrd[],
  present: PresentFiles,
  old: CrdLock | undefined,
): UpdatePlan {
  const locked = new Map((old?.files ?? []).map((entry) => [entry.file, entry]));
  const planned = fetched.map((one) => planFile(one, present.get(one.source.file), locked.get(one.source.file)));
  const known = new Set(fetched.map(({ source }) => source.file));
  const stray = [...present.keys()].filter((file) => !known.has(file));
  return {
    updates: [
      ...planned.map(({ update }) => update),
      ...stray.map((file): FileUpdate => ({ file, action: "removed" })),
    ],
    lock: { version: 1, files: planned.flatMap(({ locked: entry }) => entry ?? []) },
  };
}
