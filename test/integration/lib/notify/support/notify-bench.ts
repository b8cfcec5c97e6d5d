import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "../../../../../steps/lib/clock/clock.ts";
import { systemClock, systemRandom } from "../../../../../steps/lib/clock/system-clock.ts";
import type { Logger } from "../../../../../steps/lib/log/logger.ts";
import { loadTargets } from "../../../../../steps/lib/notify/load-targets.ts";
import { Notifier } from "../../../../../steps/lib/notify/notifier.ts";
import type { Notice } from "../../../../../steps/lib/notify/types.ts";

export const notice: Notice = {
  kind: "failed",
  title: "switchover spring-drill failed: Restore x was not activated",
  text: "Why: the webhook refused it. Do: correct the Restore.",
  operation: "switchover",
  operationId: "spring-drill",
  runName: "run-1",
  at: "2026-11-24T12:00:00.000Z",
  facts: [{ label: "Error", value: "SW-ACT-01" }],
  errorId: "SW-ACT-01",
};

/** Real time, but a pause of a second lasts a millisecond; how long each was to be is kept. */
export class HastyClock implements Clock {
  readonly pauses: number[] = [];
  now = (): number => systemClock.now();
  monotonic = (): number => systemClock.monotonic();
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.pauses.push(ms);
    await systemClock.sleep(ms / 1_000, signal);
  }
}

/** A workspace of notifications in a folder of its own, and what was logged. */
export class NotifyBench {
  readonly lines: string[] = [];
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(files: Readonly<Record<string, string>>): Promise<NotifyBench> {
    const bench = new NotifyBench(await mkdtemp(join(tmpdir(), "fairlead-notify-")));
    for (const [name, text] of Object.entries(files)) await writeFile(join(bench.folder, name), text);
    return bench;
  }

  /** Loads the configuration and sends; resolves when all is delivered or given up. */
  async tell(notices: readonly Notice[], clock: Clock = new HastyClock(), limitMs = 20_000_000): Promise<void> {
    const loaded = await loadTargets(this.folder, clock);
    const { targets } = loaded ?? { targets: [] };
    const notifier = new Notifier({ targets, clock, random: systemRandom, log: this.log() });
    for (const one of notices) notifier.tell(one);
    await notifier.settled(limitMs);
  }

  warnings(): readonly string[] {
    return this.lines.filter((line) => line.startsWith("warn "));
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  private log(): Logger {
    const line = (level: string) => (message: string) => void this.lines.push(`${level} ${message}`);
    const log: Logger = {
      debug: line("debug"),
      info: line("info"),
      warn: line("warn"),
      error: line("error"),
      child: () => log,
    };
    return log;
  }
}
