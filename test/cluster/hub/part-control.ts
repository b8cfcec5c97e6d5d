import { isAlive } from "../programs/process-identity.ts";
import { killDaemon, startDaemon, untilReady } from "./daemon.ts";
import type { Part, RunningPart } from "./hub-state.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** Stops and starts the programs of one owner (`primary`, `storage`) as crashes and their ends would. */
export class PartControl {
  readonly #owner: string;
  readonly #keeper: StateKeeper;

  constructor(owner: string, keeper: StateKeeper) {
    this.#owner = owner;
    this.#keeper = keeper;
  }

  /** The record of a program. @throws Error naming the programs there are. */
  part(program: string): RunningPart {
    const found = this.#own().find((part) => part.name === `${this.#owner}/${program}`);
    if (found !== undefined) return found;
    throw new Error(
      `${this.#owner} runs no ${program}, only ${this.#own()
        .map((part) => part.name)
        .join(", ")}`,
    );
  }

  /** Every program with whether it lives. */
  async living(): Promise<Readonly<Record<string, boolean>>> {
    const entries = this.#own().map(
      async ({ name, process }) =>
        [name.slice(this.#owner.length + 1), process !== undefined && (await isAlive(process))] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(program: string): Promise<void> {
    const { process, ...part } = this.part(program);
    if (process !== undefined) await killDaemon(process);
    await this.#keeper.record(part, undefined);
  }

  /** Starts a further program; it works when this resolves, and is one of the owner's from then on. */
  async launch(part: Part, look: () => Promise<string | undefined>): Promise<void> {
    const identity = await startDaemon(part);
    await this.#keeper.record(part, identity);
    const { signal } = new AbortController();
    await untilReady({ part, identity, timeoutMs: 120_000, signal, look });
  }

  /** Starts a killed program with the same command; a living one is left as it is. */
  async start(program: string): Promise<void> {
    const { process, ...part } = this.part(program);
    if (process !== undefined && (await isAlive(process))) return;
    await this.#keeper.record(part, await startDaemon(part));
  }

  #own(): readonly RunningPart[] {
    return this.#keeper.state.parts.filter((part) => part.name.startsWith(`${this.#owner}/`));
  }
}
