import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { CrdSource } from "../../../../steps/baseline/crds/sources.ts";
import type { UpstreamAddresses } from "../../../../steps/baseline/crds/upstream-addresses.ts";

const run = promisify(execFile);
const largest = 64 * 1024 * 1024;

/** How the host answers instead of with the file. `cut`: the connection ends in the middle of it. */
export type UpstreamFault =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "endless" }
  | { readonly kind: "cut" };

/** One file of a repository. */
export interface UpstreamFile {
  readonly source: Pick<CrdSource, "repo" | "ref" | "path">;
  readonly text: string;
}

const blob = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;

function branchOf({ repo, ref }: UpstreamFile["source"]): string {
  return `refs/heads/${repo}/${ref}`;
}

/** A commit as git imports it; without a parent the branch begins with it. */
function commit(branch: string, files: readonly UpstreamFile[], parent?: string): string {
  const changes = files.map(({ source, text }) => `M 100644 inline ${source.path}\n${blob(text)}`);
  const head = `commit ${branch}\ncommitter someone <someone@example.com> 0 +0000\n${blob(`CRDs of ${branch}`)}`;
  return `${head}${parent === undefined ? "" : `from ${parent}\n`}${changes.join("")}\n`;
}

/** A host of git repositories, which answers for them as GitHub does for a file and for the commit of a branch. */
export class CrdUpstream {
  readonly #folder: string;
  readonly #server: Server;
  readonly #faults = new Map<string, UpstreamFault>();
  readonly #asked: string[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(new Error(String(error))));
    });
  }

  /** Starts a host whose branches have these files. */
  static async start(files: readonly UpstreamFile[]): Promise<CrdUpstream> {
    const upstream = new CrdUpstream(await mkdtemp(join(tmpdir(), "fairlead-upstream-")));
    await run("git", ["init", "-q", "--bare", upstream.#folder]);
    const byBranch = Map.groupBy(files, ({ source }) => branchOf(source));
    await upstream.#import([...byBranch].map(([branch, of]) => commit(branch, of)).join(""));
    upstream.#server.listen(0, "127.0.0.1");
    await once(upstream.#server, "listening");
    return upstream;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }

  /** Where the program is to look instead of at GitHub. */
  get addresses(): UpstreamAddresses {
    const { port } = this.#server.address() as AddressInfo; // it listens at a port
    return { files: `http://127.0.0.1:${port}/files`, commits: `http://127.0.0.1:${port}/repos/` };
  }

  /** Paths of all requests so far. */
  get asked(): readonly string[] {
    return this.#asked;
  }

  /** What the branch of a source points at. */
  async commitOf(source: UpstreamFile["source"]): Promise<string> {
    return (await this.#git("rev-parse", "--verify", branchOf(source))).toString().trim();
  }

  /** A commit more on the branch of the file. @returns what takes it back */
  async change(file: UpstreamFile): Promise<() => Promise<void>> {
    const parent = await this.commitOf(file.source);
    await this.#import(commit(branchOf(file.source), [file], parent));
    return async () => {
      await this.#git("update-ref", branchOf(file.source), parent);
    };
  }

  /** From now on the file is answered with a fault; without one, as it is. */
  fail({ repo, path }: UpstreamFile["source"], fault?: UpstreamFault): void {
    if (fault === undefined) this.#faults.delete(`${repo}/${path}`);
    else this.#faults.set(`${repo}/${path}`, fault);
  }

  async #git(...args: readonly string[]): Promise<Buffer> {
    const { stdout } = await run("git", ["-C", this.#folder, ...args], { encoding: "buffer", maxBuffer: largest });
    return stdout;
  }

  async #import(stream: string): Promise<void> {
    const child = spawn("git", ["-C", this.#folder, "fast-import", "--quiet"], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.end(stream);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`git fast-import ended with ${String(code)}`);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? "");
    this.#asked.push(path);
    const [, kind = "", owner = "", name = "", ...rest] = path.split("/");
    const repo = `${owner}/${name}`;
    if (kind === "repos") return await this.#commit(response, repo, rest.slice(1).join("/"), request.headers.accept);
    const fault = [...this.#faults].find(([file]) => file.startsWith(repo) && path.endsWith(file.slice(repo.length)));
    if (fault !== undefined) return misbehave(response, fault[1]);
    await this.#file(response, repo, rest);
  }

  async #commit(response: ServerResponse, repo: string, ref: string, accept = ""): Promise<void> {
    const commit = await this.commitOf({ repo, ref, path: "" }).catch(() => undefined);
    const isPlain = accept === "application/vnd.github.sha";
    response.writeHead(commit === undefined ? 404 : 200).end(isPlain ? commit : JSON.stringify({ sha: commit }));
  }

  async #file(response: ServerResponse, repo: string, [revision = "", ...path]: readonly string[]): Promise<void> {
    const at = /^[0-9a-f]{40}$/.test(revision) ? revision : `refs/heads/${repo}/${revision}`;
    const content = await this.#git("show", `${at}:${path.join("/")}`).catch(() => undefined);
    response.writeHead(content === undefined ? 404 : 200).end(content ?? "404: Not Found");
  }
}

function misbehave(response: ServerResponse, fault: UpstreamFault): void {
  if (fault.kind === "status") response.writeHead(fault.status).end("no");
  if (fault.kind === "text") response.writeHead(200).end(fault.text);
  if (fault.kind === "cut") {
    response.writeHead(200, { "content-length": "1000" });
    response.write("apiVersion: apiextensions.k8s.io/v1\n", () => response.destroy());
  }
  if (fault.kind === "endless") {
    const more = Buffer.alloc(1024 * 1024, "#");
    const send = (): void => {
      while (!response.destroyed && response.write(more));
    };
    response.writeHead(200).on("drain", send);
    send();
  }
}
