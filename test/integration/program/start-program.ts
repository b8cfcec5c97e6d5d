import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when either stream has shown this text. */
  readonly shown: (text: string) => Promise<void>;
}

export interface StartOptions {
  /** The whole environment: nothing is inherited but PATH. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly program?: string;
}

const fixture = fileURLToPath(new URL("fixture-program.ts", import.meta.url));

/** Starts the fixture program, or another, as a process of its own. */
export function startProgram(args: readonly string[], options: StartOptions = {}): Started {
  const child = spawn(process.execPath, [options.program ?? fixture, ...args], {
    env: { PATH: process.env["PATH"], ...options.environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const streams = { stdout: "", stderr: "" };
  const listeners = new Set<() => void>();
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      streams[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...streams }));
  });
  const shown = async (text: string): Promise<void> => {
    const visible = (): boolean => streams.stdout.includes(text) || streams.stderr.includes(text);
    const appeared = new Promise<void>((resolve) => {
      listeners.add(() => visible() && resolve());
      if (visible()) resolve();
    });
    const early = ended.then(({ stdout, stderr }) => {
      if (!visible()) throw new Error(`ended before it showed "${text}":\n${stdout}${stderr}`);
    });
    await Promise.race([appeared, early]);
  };
  return { child, ended, shown };
}

/** Runs to the end. */
export function runProgram(args: readonly string[], options: StartOptions = {}): Promise<Ended> {
  return startProgram(args, options).ended;
}
