import { type ChildProcess, execFile, spawn } from "node:child_process";
import { chown, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** PostgreSQL refuses to run as root, and so does Gitea: both run as the account that Debian's package makes. */
export const serviceAccount = "postgres";

export interface Postgres {
  /** Folder of its Unix socket: no port is used, so any number can run. */
  readonly socketFolder: string;
  stop(): Promise<void>;
}

async function programsFolder(): Promise<string> {
  const root = "/usr/lib/postgresql";
  const versions = await readdir(root).catch(() => []);
  const newest = versions.map(Number).sort((left, right) => right - left)[0];
  if (newest === undefined) {
    throw new Error("PostgreSQL is not installed; run: apt-get install postgresql");
  }
  return join(root, String(newest), "bin");
}

/** Makes `folder` and gives it to the service account. */
export async function serviceFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const { stdout } = await run("id", ["-u", serviceAccount]);
  await chown(folder, Number(stdout.trim()), -1);
}

export function asService(command: readonly string[]): readonly [string, readonly string[]] {
  return [
    "setpriv",
    [`--reuid=${serviceAccount}`, `--regid=${serviceAccount}`, "--init-groups", "--pdeathsig=KILL", ...command],
  ];
}

/** Resolves when the child has ended. */
export function ended(child: ChildProcess): Promise<void> {
  return child.exitCode !== null || child.signalCode !== null
    ? Promise.resolve()
    : new Promise((resolve) => child.once("exit", () => resolve()));
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("ready to accept connections")) {
        resolve();
      }
    });
    child.once("exit", () => reject(new Error(`PostgreSQL ended while starting: ${text.slice(-500)}`)));
  });
}

/** A PostgreSQL of its own in `folder`, with a database named `database`. */
export async function startPostgres(folder: string, database: string): Promise<Postgres> {
  const programs = await programsFolder();
  await serviceFolder(folder);
  const data = join(folder, "data");
  const [initProgram, initArgs] = asService([
    join(programs, "initdb"),
    "-D",
    data,
    "-A",
    "trust",
    "--no-sync",
    "-E",
    "UTF8",
  ]);
  await run(initProgram, initArgs);
  const [program, args] = asService([
    join(programs, "postgres"),
    "-D",
    data,
    "-k",
    folder,
    "-c",
    "listen_addresses=",
    "-c",
    "fsync=off",
  ]);
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  await untilReady(child);
  const [createProgram, createArgs] = asService([join(programs, "createdb"), "-h", folder, database]);
  await run(createProgram, createArgs);
  return {
    socketFolder: folder,
    async stop(): Promise<void> {
      child.kill("SIGINT");
      await ended(child);
    },
  };
}
