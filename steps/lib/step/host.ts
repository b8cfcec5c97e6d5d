import { isatty } from "node:tty";
import { descriptorSink, type TextSink } from "../log/text-sink.ts";

/** What the program needs of its process. One object, so that `process` is named in one place. */
export interface Host {
  readonly variable: (name: string) => string | undefined;
  readonly variableNames: () => readonly string[];
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdoutIsTty: boolean;
  readonly stderrIsTty: boolean;
  readonly columns: number;
  /** Whether somebody can read a question and type an answer. */
  readonly hasPerson: () => boolean;
  /** One line of standard input; empty where that ends. @throws the signal's reason */
  readonly ask: (question: string, signal: AbortSignal) => Promise<string>;
  readonly pid: number;
  readonly exit: (code: number) => never;
  readonly onSignal: (listener: (signal: "SIGTERM" | "SIGINT") => void) => void;
  /** Errors that no code awaited, and an event loop that ran dry before the work was done. */
  readonly onStray: (listener: (error: unknown) => void) => void;
}

class RanDry extends Error {}

function listenForStrays(listener: (error: unknown) => void): void {
  process.on("uncaughtException", listener);
  process.on("unhandledRejection", listener);
  process.on("beforeExit", () => listener(new RanDry("nothing is left to wait for, but the step has not ended")));
}

async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import("node:readline/promises");
  // Not as a terminal: it would keep Ctrl+C to itself, and the run would not end as interrupted.
  const lines = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => lines.once("close", () => resolve("")));
  try {
    return await Promise.race([lines.question(question, { signal }), ended]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    lines.close();
  }
}

/** The host that is this process. */
export function processHost(): Host {
  // Deprecations of libraries are no news for the person who reads the log, and could follow the last lines.
  process.removeAllListeners("warning");
  return {
    variable: (name) => process.env[name],
    variableNames: () => Object.keys(process.env),
    stdout: descriptorSink(1),
    stderr: descriptorSink(2),
    stdoutIsTty: isatty(1),
    stderrIsTty: isatty(2),
    // Building Node's stream object for standard output costs more than the rest of this function: only on demand.
    get columns() {
      return isatty(1) ? process.stdout.columns : 100;
    },
    hasPerson: () => isatty(0) && isatty(2),
    ask: askOnTerminal,
    pid: process.pid,
    exit: (code) => process.exit(code),
    onSignal: (listener) => {
      process.on("SIGTERM", () => listener("SIGTERM"));
      process.on("SIGINT", () => listener("SIGINT"));
    },
    onStray: listenForStrays,
  };
}
