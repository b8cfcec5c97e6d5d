import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, open, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { modulesFolder } from "../../cluster/programs/program-cache.ts";
import { asService, ended, serviceFolder, startPostgres } from "./postgres.ts";

const run = promisify(execFile);

export interface GitHostOptions {
  /** Address and port that Gitea listens on. */
  readonly address: string;
  readonly port: number;
  /** Put before the program: `nsenter --net=…` runs it inside the cluster's network. */
  readonly prefix?: readonly string[];
}

export interface GitHook {
  readonly url: string;
  readonly secret: string;
  readonly events?: readonly ("push" | "pull_request")[];
  /** Pushes to other branches are not told; all are when absent. */
  readonly pushesTo?: string;
}

export interface GitHost {
  readonly url: string;
  readonly user: string;
  /** A repository with one commit on `main`. Returns the address to clone, credentials included. */
  createRepository(name: string, options?: { readonly private: boolean }): Promise<string>;
  /** A signed hook with GitHub-compatible headers; of pushes when nothing else is said. */
  createHook(repository: string, hook: GitHook): Promise<void>;
  /** Commits a change to a branch, `main` when absent, and pushes it with git; returns the commit. */
  push(repository: string, file: string, content: string, branch?: string): Promise<string>;
  /** The same with whatever is changed in a clone; a new branch begins with `main`. */
  commit(repository: string, branch: string, change: (clone: string) => Promise<void>): Promise<string>;
  /** Asks for a branch to be merged into `main`. */
  openPullRequest(repository: string, branch: string): Promise<void>;
  stop(): Promise<void>;
}

const user = "fairlead";

function configuration(folder: string, socketFolder: string, options: GitHostOptions): string {
  return `
RUN_USER = postgres
WORK_PATH = ${folder}
[server]
HTTP_ADDR = ${options.address}
HTTP_PORT = ${options.port}
ROOT_URL = http://${options.address}:${options.port}/
STATIC_ROOT_PATH = ${folder}/static
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = postgres
HOST = ${socketFolder}
NAME = gitea
USER = postgres
[repository]
ROOT = ${folder}/repositories
[security]
INSTALL_LOCK = true
SECRET_KEY = ${randomBytes(16).toString("hex")}
[service]
DISABLE_REGISTRATION = true
[webhook]
ALLOWED_HOST_LIST = *
[actions]
ENABLED = false
[log]
MODE = console
LEVEL = Warn
`;
}

async function copyStatic(folder: string): Promise<void> {
  // Unlike go list it fetches what the module cache lacks, as it does where the program comes from a cache of its own.
  const { stdout } = await run("go", ["mod", "download", "-json", "code.gitea.io/gitea"], {
    cwd: join(modulesFolder, "gitea"),
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });
  const module: { readonly Dir: string } = JSON.parse(stdout);
  for (const part of ["templates", "options", "public"]) {
    await cp(join(module.Dir, part), join(folder, "static", part), { recursive: true });
  }
  // Go's module cache is read-only; Gitea must be able to read the copies as another account.
  await run("chmod", ["-R", "a+rX,u+w", join(folder, "static")]);
}

class Gitea implements GitHost {
  readonly url: string;
  readonly user = user;
  private readonly password: string;
  private readonly folder: string;
  private readonly stopAll: () => Promise<void>;

  constructor(url: string, password: string, folder: string, stopAll: () => Promise<void>) {
    this.url = url;
    this.password = password;
    this.folder = folder;
    this.stopAll = stopAll;
  }

  async createRepository(name: string, options: { readonly private: boolean } = { private: false }): Promise<string> {
    await this.call("POST", "/user/repos", { name, auto_init: true, default_branch: "main", ...options });
    return this.cloneUrl(name);
  }

  async createHook(repository: string, hook: GitHook): Promise<void> {
    await this.call("POST", `/repos/${user}/${repository}/hooks`, {
      type: "gitea",
      active: true,
      events: hook.events ?? ["push"],
      branch_filter: hook.pushesTo ?? "*",
      config: { url: hook.url, content_type: "json", secret: hook.secret },
    });
  }

  async openPullRequest(repository: string, branch: string): Promise<void> {
    const request = { title: `Merge ${branch}`, head: branch, base: "main" };
    await this.call("POST", `/repos/${user}/${repository}/pulls`, request);
  }

  async push(repository: string, file: string, content: string, branch = "main"): Promise<string> {
    return await this.commit(repository, branch, async (clone) => {
      await mkdir(dirname(join(clone, file)), { recursive: true });
      await writeFile(join(clone, file), content);
    });
  }

  async commit(repository: string, branch: string, change: (clone: string) => Promise<void>): Promise<string> {
    const clone = await mkdtemp(join(this.folder, "clone-"));
    const git = async (...args: readonly string[]): Promise<string> =>
      (await run("git", ["-C", clone, "-c", "user.name=fairlead", "-c", "user.email=fairlead@example.com", ...args]))
        .stdout;
    await run("git", ["clone", "-q", this.cloneUrl(repository), clone]);
    const isThere = (await git("branch", "--remotes", "--list", `origin/${branch}`)).trim() !== "";
    await git("switch", "-q", ...(isThere ? [branch] : ["-c", branch]));
    await change(clone);
    await git("add", "--all");
    await git("commit", "-q", "-m", `Change ${branch}`);
    await git("push", "-q", "origin", `HEAD:${branch}`);
    return (await git("rev-parse", "HEAD")).trim();
  }

  async stop(): Promise<void> {
    await this.stopAll();
  }

  private cloneUrl(repository: string): string {
    const url = new URL(`/${user}/${repository}.git`, this.url);
    url.username = user;
    url.password = this.password;
    return url.href;
  }

  private async call(method: string, path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        "content-type": "application/json",
        authorization: `Basic ${Buffer.from(`${user}:${this.password}`).toString("base64")}`,
      },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`Gitea answered ${answer.status} to ${method} ${path}: ${text.slice(0, 300)}`);
    }
    return JSON.parse(text);
  }
}

async function untilHealthy(url: string, died: () => boolean, logFile: string): Promise<void> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    const healthy = await fetch(`${url}/api/healthz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (healthy) {
      return;
    }
    if (died() || performance.now() > deadline) {
      const log = await readFile(logFile, "utf8");
      throw new Error(`Gitea did not answer at ${url}: ${log.slice(-500)}`);
    }
    // A server that is starting offers nothing to watch but its port.
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

// The cache lies in a home folder that the service account may not enter.
async function copyProgram(folder: string): Promise<string> {
  const cached = (await ensurePrograms(["gitea"]))["gitea"];
  if (cached === undefined) {
    throw new Error("the catalogue of programs has no gitea");
  }
  const program = join(folder, "gitea");
  await cp(cached, program);
  await run("chmod", ["755", program]);
  return program;
}

/** A real Gitea on a PostgreSQL of its own, whose push hooks carry GitHub-compatible headers and signatures. */
export async function startGitHost(options: GitHostOptions): Promise<GitHost> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-git-host-"));
  await serviceFolder(folder);
  await run("chmod", ["755", folder]);
  await copyStatic(folder);
  const program = await copyProgram(folder);
  const postgres = await startPostgres(join(folder, "postgres"), "gitea");
  const config = join(folder, "app.ini");
  await writeFile(config, configuration(folder, postgres.socketFolder, options), { mode: 0o666 });
  await run("chmod", ["666", config]);
  const environment = { ...process.env, HOME: folder, GITEA_WORK_DIR: folder, USER: "postgres" };
  const [launcher, launcherArgs] = asService([program, "web", "--config", config]);
  const logFile = join(folder, "gitea.log");
  const log = await open(logFile, "w");
  const [first = launcher, ...rest] = [...(options.prefix ?? []), launcher, ...launcherArgs];
  const child = spawn(first, rest, { env: environment, cwd: folder, stdio: ["ignore", log.fd, log.fd] });
  const stopAll = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended(child);
    await log.close();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://${options.address}:${options.port}`;
  try {
    await untilHealthy(url, () => child.exitCode !== null || child.signalCode !== null, logFile);
    const password = randomBytes(12).toString("hex");
    const [adminProgram, adminArgs] = asService([
      program,
      "admin",
      "user",
      "create",
      "--config",
      config,
      "--username",
      user,
      "--password",
      password,
      "--email",
      "fairlead@example.com",
      "--admin",
      "--must-change-password=false",
    ]);
    await run(adminProgram, adminArgs, { env: environment, cwd: folder });
    return new Gitea(url, password, folder, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}
