import pLimit from "p-limit";
import type { CrdSource } from "./sources.ts";
import { commitUrl, fileUrl, type UpstreamAddresses } from "./upstream-addresses.ts";

export interface UpstreamAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** One GET of a public file; rejects where the network fails. */
export type FetchUpstream = (
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<UpstreamAnswer>;

/** Where the files are, and how they are fetched. */
export interface Upstream {
  readonly addresses: UpstreamAddresses;
  readonly fetch: FetchUpstream;
}

export type FetchedCrd =
  | {
      readonly state: "fetched";
      readonly source: CrdSource;
      readonly content: Uint8Array;
      /** Absent where the branch's commit could not be learnt. */
      readonly commit?: string;
    }
  | { readonly state: "failed"; readonly source: CrdSource; readonly reason: string };

const concurrency = 8;
const commitPattern = /^[0-9a-f]{40}$/;

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A commit is good to know and no more: without it the branch itself is read. */
async function commitOf(
  source: CrdSource,
  { addresses, fetch }: Upstream,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { status, body } = await fetch(
      commitUrl(source, addresses),
      { accept: "application/vnd.github.sha" },
      signal,
    );
    const text = Buffer.from(body).toString("utf8").trim();
    return status === 200 && commitPattern.test(text) ? text : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

async function fetchOne(
  source: CrdSource,
  commit: string | undefined,
  { addresses, fetch }: Upstream,
  signal: AbortSignal,
): Promise<FetchedCrd> {
  try {
    const { status, body } = await fetch(fileUrl(source, commit, addresses), {}, signal);
    if (status !== 200) return { state: "failed", source, reason: `its source answered ${status}` };
    return { state: "fetched", source, content: body, ...(commit === undefined ? {} : { commit }) };
  } catch (error) {
    signal.throwIfAborted();
    return { state: "failed", source, reason: `its source gave no whole answer: ${wordsOf(error)}` };
  }
}

/**
 * Fetches the sources of the collection, all files of a branch at the same commit of it. A file that cannot be had
 * stops no other.
 *
 * @throws the reason of the signal
 */
export async function fetchCollection(
  sources: readonly CrdSource[],
  upstream: Upstream,
  signal: AbortSignal,
): Promise<readonly FetchedCrd[]> {
  const limit = pLimit(concurrency);
  const commits = new Map<string, Promise<string | undefined>>();
  for (const source of sources) {
    const branch = `${source.repo}@${source.ref}`;
    if (!commits.has(branch))
      commits.set(
        branch,
        limit(() => commitOf(source, upstream, signal)),
      );
  }
  return Promise.all(
    sources.map(async (source) => {
      const commit = await commits.get(`${source.repo}@${source.ref}`);
      return limit(() => fetchOne(source, commit, upstream, signal));
    }),
  );
}
