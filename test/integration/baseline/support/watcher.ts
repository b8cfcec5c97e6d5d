import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { program } from "../../../support/program.ts";
import { type Ended, ended } from "../../switchover/support/switchover-bench.ts";

// Far above the seconds that a run takes on a busy machine.
const patienceMs = 30_000;
/** The summary of a run that found everything in place, or paused. */
const wroteNothing = /^of \d+ assets?, 0 applied, .* 0 failed$/;

/** The command `baseline watch` as a process of its own, and what it logs. */
export class Watcher {
  readonly #child: ChildProcess;
  readonly #end: Promise<Ended>;
  readonly #lines: string[] = [];
  #onLine: () => void = () => undefined;

  constructor(kubeconfig: string, ...flags: readonly string[]) {
    this.#child = spawn(process.execPath, [program, "baseline", "watch", "--log-format", "json", ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, KUBECONFIG: kubeconfig },
    });
    this.#end = ended(this.#child);
    const { stderr } = this.#child;
    if (stderr === null) throw new Error("the watcher's log is not piped");
    createInterface({ input: stderr }).on("line", (line) => {
      this.#lines.push(messageOf(line));
      this.#onLine();
    });
  }

  /** Its messages so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** What it was seen to reconcile, one text a run. */
  get runs(): readonly string[] {
    return this.#lines.flatMap((line) => line.split("; reconciling ")[1] ?? []);
  }

  /** A line that holds this, now or later. @param from how many lines are no answer */
  async says(text: string, from = 0): Promise<string> {
    const said = (): string | undefined => this.#lines.slice(from).find((line) => line.includes(text));
    await this.#until(() => said() !== undefined, `it never said "${text}"`, from);
    return said() ?? "";
  }

  /**
   * Until it has nothing to answer. A run sees its own writes as changes and is followed by one that looks at them: the
   * last of a burst is one that wrote nothing.
   */
  async rests(): Promise<void> {
    await this.#until(() => wroteNothing.test(this.#lines.at(-1) ?? ""), "it never came to rest", 0);
  }

  async stop(): Promise<Ended> {
    this.#child.kill("SIGTERM");
    return await this.#end;
  }

  async end(): Promise<Ended> {
    return await this.#end;
  }

  async #until(holds: () => boolean, failure: string, from: number): Promise<void> {
    const late = Promise.withResolvers<"late">();
    const timer = setTimeout(() => late.resolve("late"), patienceMs);
    const over = this.#end.then(({ exitCode }) => `over with ${exitCode}`);
    try {
      while (!holds()) {
        const ended = await Promise.race([this.#nextLine(), late.promise, over]);
        if (ended !== undefined && !holds())
          throw new Error(`${ended}, and ${failure}:\n${this.#lines.slice(from).join("\n")}`);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #nextLine(): Promise<undefined> {
    return new Promise((resolve) => {
      this.#onLine = () => resolve(undefined);
    });
  }
}

function messageOf(line: string): string {
  try {
    return String(JSON.parse(line).msg);
  } catch {
    return line; // the last lines are for people
  }
}
