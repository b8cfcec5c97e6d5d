import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Content by path; `null` takes the file away, an object with `link` makes a symbolic link. */
export type Change = Readonly<Record<string, string | null | { readonly link: string }>>;

export interface BackendOptions {
  /** `Authorization` that is demanded; nothing when absent. */
  readonly authorization?: string;
  /** PEM of a certificate for 127.0.0.1 and of its key; plain HTTP when absent. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A real git server over HTTP on loopback, without a forge: `git http-backend` behind a server of Node. */
export class GitBackend {
  readonly url: string;
  /** Of all requests, in their order: method and path. */
  readonly requests: readonly string[];
  private readonly work: string;
  private readonly stopServer: () => Promise<void>;

  private constructor(url: string, requests: readonly string[], work: string, stopServer: () => Promise<void>) {
    this.url = url;
    this.requests = requests;
    this.work = work;
    this.stopServer = stopServer;
  }

  static async start({ authorization, tls }: BackendOptions = {}): Promise<GitBackend> {
    const folder = await mkdtemp(join(tmpdir(), "fairlead-git-backend-"));
    const bare = join(folder, "repository.git");
    const work = join(folder, "work");
    await run("git", ["init", "-q", "--bare", "--initial-branch=main", bare]);
    // As GitHub, GitLab and Gitea have it: a commit is given by its id.
    await run("git", ["-C", bare, "config", "uploadpack.allowAnySHA1InWant", "true"]);
    await run("git", ["clone", "-q", bare, work]);
    const requests: string[] = [];
    const listener = (request: IncomingMessage, response: ServerResponse): void => {
      requests.push(`${request.method} ${request.url}`);
      if (authorization !== undefined && request.headers.authorization !== authorization) {
        response.writeHead(401, { "www-authenticate": "Basic" }).end();
        return;
      }
      // As a forge answers for a repository that was renamed.
      if (request.url?.startsWith("/renamed.git/") === true) {
        response.writeHead(301, { location: request.url.replace("/renamed.git/", "/repository.git/") }).end();
        return;
      }
      answer(folder, request, response);
    };
    const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // it listens on a port
    const scheme = tls === undefined ? "http" : "https";
    return new GitBackend(`${scheme}://127.0.0.1:${port}/repository.git`, requests, work, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    });
  }

  /** Commits a change and pushes it; returns the commit. */
  async commit(change: Change): Promise<string> {
    for (const [path, content] of Object.entries(change)) await this.change(path, content);
    await this.git("add", "--all");
    await this.git("commit", "-q", "-m", "Change");
    await this.git("push", "-q", "origin", "HEAD:main");
    return (await this.git("rev-parse", "HEAD")).trim();
  }

  async stop(): Promise<void> {
    await this.stopServer();
  }

  private async change(path: string, content: Change[string]): Promise<void> {
    const file = join(this.work, path);
    await rm(file, { force: true });
    if (content === null) return;
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === "string") await writeFile(file, content);
    else await run("ln", ["-s", content?.link ?? "", file]);
  }

  private async git(...args: readonly string[]): Promise<string> {
    const identity = ["-c", "user.name=fairlead", "-c", "user.email=fairlead@example.com"];
    return (await run("git", ["-C", this.work, ...identity, ...args])).stdout;
  }
}

/** One request by CGI (RFC 3875), as git http-backend speaks it. */
function answer(projectRoot: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...process.env,
      GIT_PROJECT_ROOT: projectRoot,
      GIT_HTTP_EXPORT_ALL: "1",
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  request.pipe(child.stdin);
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.once("close", () => {
    const all = Buffer.concat(chunks);
    const end = all.indexOf("\r\n\r\n");
    const lines = all.subarray(0, end).toString("latin1").split("\r\n");
    const headers = lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]);
    const status = headers.find(([name]) => name === "Status")?.[1] ?? "200";
    const rest = Object.fromEntries(headers.filter(([name]) => name !== "Status"));
    response.writeHead(Number(status.slice(0, 3)), rest).end(all.subarray(end + 4));
  });
}
