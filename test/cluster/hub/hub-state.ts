import { open, readFile, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ProcessIdentity } from "../programs/process-identity.ts";

/** A process of the hubs as data: enough to start it again. */
export interface Part {
  /** `primary/velero`, `storage/etcd`. */
  readonly name: string;
  /** Network namespace that it runs in. */
  readonly namespace: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Working folder; holds the log. */
  readonly folder: string;
  readonly logFile: string;
}

export interface RunningPart extends Part {
  /** Undefined while it is stopped on purpose. */
  readonly process?: ProcessIdentity;
}

export interface HubRecord {
  readonly name: string;
  readonly address: string;
  readonly url: string;
  readonly folder: string;
}

/** What runs in a hubs folder. It holds credentials of test servers: mode 0600. */
export interface HubsState {
  readonly schemaVersion: 1;
  /** Other than `up` means that a start did not finish: the next one cleans up. */
  readonly phase: "starting" | "up";
  /** The options that decide what runs; a start with the same ones finds its work done. */
  readonly fingerprint: string;
  readonly hubs: readonly HubRecord[];
  readonly parts: readonly RunningPart[];
}

export function stateFile(folder: string): string {
  return join(folder, "state.json");
}

/** The state, undefined when there is none or none that this version wrote. */
export async function readState(folder: string): Promise<HubsState | undefined> {
  let text: string;
  try {
    text = await readFile(stateFile(folder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined; // readFile rejects with system errors only
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isState(value) ? value : undefined;
  } catch {
    return undefined; // not ours to understand; names, not this file, decide what a clean-up removes
  }
}

function isState(value: unknown): value is HubsState {
  return typeof value === "object" && value !== null && "schemaVersion" in value && value.schemaVersion === 1;
}

/** Replaces the state in one step, durably. */
export async function writeState(folder: string, state: HubsState): Promise<void> {
  const temporary = `${stateFile(folder)}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(state, null, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, stateFile(folder));
  const directory = await open(dirname(stateFile(folder)), "r");
  await directory.sync();
  await directory.close();
}
