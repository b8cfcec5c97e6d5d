import type { ProcessIdentity } from "../programs/process-identity.ts";
import { type HubsState, type Part, readState, writeState } from "./hub-state.ts";

/** The one writer of a state file in this process: hubs start side by side, their records are written one by one. */
export class StateKeeper {
  readonly #folder: string;
  #state: HubsState;
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, state: HubsState) {
    this.#folder = folder;
    this.#state = state;
  }

  /** Takes up the state that an earlier process left. */
  static async open(folder: string): Promise<StateKeeper | undefined> {
    const state = await readState(folder);
    return state === undefined ? undefined : new StateKeeper(folder, state);
  }

  get state(): HubsState {
    return this.#state;
  }

  /** Changes the state and resolves when the change is on disk. */
  async change(to: (state: HubsState) => HubsState): Promise<void> {
    this.#state = to(this.#state);
    const state = this.#state;
    this.#last = this.#last.then(() => writeState(this.#folder, state));
    await this.#last;
  }

  /** Records that the part runs as this process, or that it is stopped. */
  async record(part: Part, process: ProcessIdentity | undefined): Promise<void> {
    const entry = process === undefined ? part : { ...part, process };
    await this.change((state) => ({
      ...state,
      parts: [...state.parts.filter((known) => known.name !== part.name), entry],
    }));
  }
}
