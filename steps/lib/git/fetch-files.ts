import fs from "node:fs";
import git from "isomorphic-git";
import { type GitServer, gitHttp } from "./git-http.ts";
import { entryPath, isWantedFile, mayHoldWanted, type WantedPaths } from "./tree-files.ts";

export interface FetchFilesRequest {
  readonly server: GitServer;
  /** 40 hexadecimal digits, or `HEAD` for the newest of the default branch. */
  readonly commit: string;
  readonly wanted: WantedPaths;
  readonly maximumFiles: number;
  /** Of all wanted files together. */
  readonly maximumBytes: number;
  /** An empty folder, which fills with objects of git. */
  readonly gitFolder: string;
  readonly signal: AbortSignal;
}

/** Wanted files of a commit by their paths. */
export interface CommitFiles {
  readonly commit: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

const deepestFolder = 20;
const remote = "origin";

interface Reading {
  readonly request: FetchFilesRequest;
  /** What isomorphic-git read of packs. */
  readonly cache: object;
  readonly files: Map<string, Uint8Array>;
  bytes: number;
}

async function readFile(reading: Reading, path: string, oid: string): Promise<void> {
  const { gitFolder: gitdir, maximumBytes, maximumFiles } = reading.request;
  const { blob } = await git.readBlob({ fs, gitdir, oid, cache: reading.cache });
  reading.files.set(path, blob);
  reading.bytes += blob.length;
  if (reading.bytes > maximumBytes) throw new Error(`its files have more than ${maximumBytes} bytes`);
  if (reading.files.size > maximumFiles) throw new Error(`it has more than ${maximumFiles} files`);
}

/** Links and submodules are no files: nothing is read through them. */
function isRegularFile(mode: string): boolean {
  return mode === "100644" || mode === "100755";
}

async function readFolder(reading: Reading, folder: string, oid: string, depth = 0): Promise<void> {
  const { gitFolder: gitdir, wanted, signal } = reading.request;
  signal.throwIfAborted();
  if (depth > deepestFolder) throw new Error(`it has folders more than ${deepestFolder} deep`);
  const { tree } = await git.readTree({ fs, gitdir, oid, cache: reading.cache });
  for (const entry of tree) {
    const path = entryPath(folder, entry.path);
    if (entry.type === "tree" && mayHoldWanted(path, wanted)) await readFolder(reading, path, entry.oid, depth + 1);
    else if (isRegularFile(entry.mode) && isWantedFile(path, wanted)) await readFile(reading, path, entry.oid);
  }
}

/**
 * Fetches one commit of a repository over HTTP(S), without its history, and reads the wanted files of it. The server
 * must give commits by their id, as GitHub, GitLab and Gitea do for all that a branch or a pull request leads to.
 *
 * @throws OutboundRefused, GitAnswerRefused, Error of the network, of git or of a limit; the signal's reason
 * @example await fetchFiles({ server, commit, wanted: { folders: ["assets"], files: [] }, maximumFiles: 100, … });
 */
export async function fetchFiles(request: FetchFilesRequest): Promise<CommitFiles> {
  const { server, commit, gitFolder: gitdir, signal } = request;
  const cache = {};
  await git.init({ fs, gitdir, bare: true });
  await git.addRemote({ fs, gitdir, remote, url: server.url });
  const http = gitHttp(server, signal);
  const { fetchHead } = await git.fetch({
    fs,
    http,
    gitdir,
    cache,
    remote,
    remoteRef: commit,
    ref: commit,
    singleBranch: true,
    tags: false,
    depth: 1,
  });
  signal.throwIfAborted();
  const oid = commit === "HEAD" ? fetchHead : commit;
  if (oid === null) throw new Error("it has no commit");
  const reading: Reading = { request, cache, files: new Map(), bytes: 0 };
  const { commit: found } = await git.readCommit({ fs, gitdir, oid, cache });
  await readFolder(reading, ".", found.tree);
  return { commit: oid, files: reading.files };
}
