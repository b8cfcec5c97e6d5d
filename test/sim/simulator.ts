import { type Fault, Faults } from "./faults.ts";
import { SimClient } from "./kube/sim-client.ts";
import type { Player, Stage } from "./player.ts";
import { accountPlayer } from "./roles/accounts.ts";
import { admissionPlayer, admissionReady } from "./roles/admission.ts";
import { clusterPlayer } from "./roles/clusters.ts";
import { garbagePlayer } from "./roles/garbage.ts";
import { installationPlayer } from "./roles/installation.ts";
import { observabilityPlayer } from "./roles/observability.ts";
import { restorePlayer } from "./roles/restores/player.ts";
import { backupSchedulePlayer } from "./roles/schedules/player.ts";
import { veleroPlayer } from "./roles/velero/player.ts";
import { Spokes } from "./spokes.ts";
import { World } from "./world.ts";

/** What can be played; what is left out is real, or absent. */
export const roleNames = [
  "operator",
  "velero",
  "clusters",
  "garbage",
  "accounts",
  "installation",
  "observability",
] as const;
export type RoleName = (typeof roleNames)[number];

const players: Readonly<Record<RoleName, readonly Player[]>> = {
  operator: [admissionPlayer, backupSchedulePlayer, restorePlayer],
  velero: [veleroPlayer],
  clusters: [clusterPlayer],
  garbage: [garbagePlayer],
  accounts: [accountPlayer],
  installation: [installationPlayer],
  observability: [observabilityPlayer],
};

export interface SimulatorOptions {
  readonly kubeconfig: string;
  /** `2.14.1` */
  readonly acmVersion: string;
  readonly play: readonly RoleName[];
  /** Folder that the simulators of both hubs share. */
  readonly bucket: string;
  /** 60 plays a minute of the product in a second. Default 1. */
  readonly timeScale?: number;
  readonly namespace?: string;
  /** Let the played Velero back up when a schedule's cron time has passed. Default false: no test depends on the hour. */
  readonly clock?: boolean;
}

export interface Simulator {
  inject(fault: Fault): void;
  clear(kind?: Fault["kind"]): void;
  stop(): Promise<void>;
}

function minorOf(version: string): number {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 2 ? 99 : minor;
}

const debounceMs = 10;
const restMs = 150;
const timerStepMs = 50;

class RunningSimulator implements Simulator {
  private readonly faults = new Faults();
  private readonly ended = new AbortController();
  /** By the step of time in which each ends: however often a look is asked for, it is had once. */
  private readonly timers = new Map<number, NodeJS.Timeout>();
  private readonly client: SimClient;
  private readonly options: SimulatorOptions;
  private stage: Stage | undefined;
  private wanted = false;
  private isPlaying = false;
  private playing: Promise<void> | undefined;

  constructor(client: SimClient, options: SimulatorOptions) {
    this.client = client;
    this.options = options;
  }

  async start(): Promise<void> {
    const world = new World(this.client, this.ended.signal, () => this.wake());
    await world.start();
    const scale = this.options.timeScale ?? 1;
    const version = world.all("clusterVersions").find((one) => one.metadata.name === "version");
    const hubId = version?.spec?.["clusterID"];
    this.stage = {
      world,
      hubId: typeof hubId === "string" ? hubId : "",
      minor: minorOf(this.options.acmVersion),
      namespace: this.options.namespace ?? "open-cluster-management-backup",
      scaled: (seconds) => (seconds * 1000) / scale,
      later: (seconds) => this.later((seconds * 1000) / scale),
      clock: this.options.clock ?? false,
      faults: this.faults,
      bucket: this.options.bucket,
      spokes: new Spokes(this.options.bucket),
      signal: this.ended.signal,
    };
    if (this.options.play.includes("operator")) await admissionReady(this.stage);
    this.wake();
  }

  inject(fault: Fault): void {
    this.faults.inject(fault);
    this.wake();
  }

  clear(kind?: Fault["kind"]): void {
    this.faults.clear(kind);
    this.wake();
  }

  async stop(): Promise<void> {
    this.ended.abort();
    for (const timer of this.timers.values()) clearTimeout(timer);
    await this.playing;
    this.client.close();
  }

  private later(ms: number): void {
    const step = Math.ceil((performance.now() + ms) / timerStepMs);
    if (this.ended.signal.aborted || this.timers.has(step)) return;
    const wake = (): void => {
      this.timers.delete(step);
      this.wake();
    };
    this.timers.set(step, setTimeout(wake, Math.max(ms, timerStepMs)));
  }

  private wake(): void {
    this.wanted = true;
    if (this.isPlaying) return;
    this.isPlaying = true;
    this.playing = this.playAll();
  }

  private async playAll(): Promise<void> {
    let lookMs = 0;
    while (this.wanted && !this.ended.signal.aborted) {
      this.wanted = false;
      // A look at thousands of clusters takes its time: the processor is also for those who are looked at.
      await new Promise((resolve) => setTimeout(resolve, Math.min(Math.max(debounceMs, lookMs), restMs)));
      const began = performance.now();
      await this.playOnce();
      lookMs = performance.now() - began;
    }
    // In the same turn as the last question whether a look is wanted: no wish is lost in between.
    this.isPlaying = false;
  }

  private async playOnce(): Promise<void> {
    const { stage } = this;
    if (stage === undefined) return;
    for (const player of this.options.play.flatMap((role) => players[role])) {
      try {
        await player.play(stage);
      } catch (error) {
        if (this.ended.signal.aborted) return;
        // A hub that is down or slow: the product's controllers would try again, and so does this one.
        console.error(`${player.name}: ${String(error)}`);
        this.later(500);
      }
    }
  }
}

/** Starts playing the chosen roles on one hub. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const simulator = new RunningSimulator(await SimClient.open(options.kubeconfig), options);
  await simulator.start();
  return simulator;
}
