import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isExecutable } from "../../cluster/programs/program-cache.ts";

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Working folder, holds `<name>.log`. */
  readonly folder: string;
  /** Folder with an empty file for each living process, named by its id: what the watchdog ends. */
  readonly pidFolder: string;
  /** Set beside what this process has. */
  readonly environment?: Readonly<Record<string, string>>;
}

const setpriv = "/usr/bin/setpriv";

/**
 * For servers in Go that live as long as a few tests: a quarter of a kube-apiserver's processor time is the collection of
 * garbage. Here it waits until there is four times as much of it as of the rest, or until memory is more than this.
 */
export const rareCollection: Readonly<Record<string, string>> = { GOGC: "400", GOMEMLIMIT: "512MiB" };

/** A server process of a test: logs into its folder, ends with the process that started it. */
export class ManagedProcess {
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #pidFile: string;
  readonly #exit: Promise<string>;
  readonly #onError: (error: Error) => void;
  readonly #onExit: (code: number | null, signal: NodeJS.Signals | null) => void;
  #exitStatus: string | undefined;

  private constructor(spec: Pick<ProcessSpec, "name" | "folder" | "pidFolder">, child: ChildProcess) {
    this.logFile = logFileOf(spec);
    this.#child = child;
    this.#pidFile = join(spec.pidFolder, String(child.pid));
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#onError = (error) => resolve(error.message);
    this.#onExit = (code, signal) => resolve(signal ?? `exit code ${code}`);
    child.once("error", this.#onError);
    child.once("exit", this.#onExit);
    if (child.exitCode !== null || child.signalCode !== null) this.#onExit(child.exitCode, child.signalCode);
    this.#exit = promise;
    void this.#exit.then((status) => {
      this.#exitStatus = status;
    });
  }

  /** The same process for another one to watch. It was left before. */
  static adopt(spec: Pick<ProcessSpec, "name" | "folder" | "pidFolder">, child: ChildProcess): ManagedProcess {
    const adopted = new ManagedProcess(spec, child);
    adopted.#unlistAtEnd();
    return adopted;
  }

  /** Watches it no more: whoever gets it adopts it. */
  leave(): ChildProcess {
    this.#child.off("error", this.#onError).off("exit", this.#onExit);
    return this.#child;
  }

  /** Starts the process; its output is appended to `<folder>/<name>.log`. */
  static async start(spec: ProcessSpec): Promise<ManagedProcess> {
    const log = openSync(logFileOf(spec), "a");
    try {
      const [command, ...args] = await commandLine(spec);
      // An own session: Ctrl-C on the terminal reaches the test, which then ends its servers in order.
      const env = { ...process.env, ...spec.environment };
      const child = spawn(command, args, { cwd: spec.folder, env, stdio: ["ignore", log, log], detached: true });
      child.unref();
      const started = new ManagedProcess(spec, child);
      if (child.pid !== undefined) await writeFile(started.#pidFile, "");
      started.#unlistAtEnd();
      return started;
    } finally {
      closeSync(log);
    }
  }

  /** How it ended, undefined while it runs. */
  get exitStatus(): string | undefined {
    return this.#exitStatus;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#exitStatus === undefined) this.#child.kill(signal);
  }

  /** SIGKILL, which ends a stopped process too; resolves when it is gone. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.exited();
  }

  /** Resolves with the way the process ended. */
  async exited(): Promise<string> {
    // A server that nobody waits for must not keep the test process alive; one that is waited for must.
    this.#child.ref();
    return await this.#exit;
  }

  /** Listed while it lives and no longer: its number may be another process's next. */
  #unlistAtEnd(): void {
    void this.#exit.then(() => rm(this.#pidFile, { force: true }));
  }

  async lastLines(count: number): Promise<string> {
    const lines = (await readFile(this.logFile, "utf8")).trimEnd().split("\n");
    return lines.slice(-count).join("\n    ");
  }
}

function logFileOf(spec: Pick<ProcessSpec, "name" | "folder">): string {
  return join(spec.folder, `${spec.name}.log`);
}

/** On Linux the kernel itself kills the server when the test process dies, by whatever signal. */
async function commandLine(spec: ProcessSpec): Promise<readonly [string, ...string[]]> {
  const plain = [spec.command, ...spec.args] as const;
  return (await isExecutable(setpriv)) ? [setpriv, "--pdeathsig", "KILL", "--", ...plain] : plain;
}
