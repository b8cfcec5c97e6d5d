import type { Faults } from "./faults.ts";
import type { Spokes } from "./spokes.ts";
import type { World } from "./world.ts";

/** What every player knows. */
export interface Stage {
  readonly world: World;
  /** `backup-cluster` label of this hub's backups: its ClusterVersion id. */
  readonly hubId: string;
  /** 2.14 as 14; 5.x as 99. */
  readonly minor: number;
  readonly namespace: string;
  /** Real seconds of the product, scaled: `later(60)` asks for a look in 60 s of played time. */
  later(seconds: number): void;
  /** Milliseconds of real time for so many played seconds. */
  scaled(seconds: number): number;
  /** Whether Velero's schedules run by the clock. */
  readonly clock: boolean;
  readonly faults: Faults;
  /** Folder that both hubs share: object storage and the spokes. */
  readonly bucket: string;
  readonly spokes: Spokes;
  readonly signal: AbortSignal;
}

/** One operator or controller: looks at the world and moves it one step on. Called again after each change. */
export interface Player {
  readonly name: string;
  play(stage: Stage): Promise<void>;
}

export function iso(ms: number = Date.now()): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** `20260101120000`, as the names of backups end. */
export function stamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:T]/g, "").slice(0, 14);
}

export function text(record: Readonly<Record<string, unknown>> | undefined, field: string): string {
  const value = record?.[field];
  return typeof value === "string" ? value : "";
}

export function ageMs(timestamp: string | undefined): number {
  return Date.now() - Date.parse(timestamp ?? "");
}
