import type { Clock } from "../../lib/clock/clock.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { DetectorProfile } from "../context/hardware.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { TemplateEngine } from "../template/template-engine.ts";
import type { WarLimits } from "../throttle/edit-war.ts";
import type { RunScope } from "./run-record.ts";
import type { RunState } from "./run-state.ts";

/** What a run of the baseline is asked for. */
export interface RunRequest {
  readonly namespace: string;
  readonly isDryRun: boolean;
  readonly scope: RunScope;
  /** Names or groups of assets; none for all that the HyperConverged wants. */
  readonly onlyAssets: readonly string[];
  readonly requireOptIn: boolean;
  readonly limits: WarLimits;
  /** What becomes of a run whose HyperConverged has rules that cannot be read. */
  readonly exclusionOnError: "ignore" | "stop";
  readonly profile: DetectorProfile;
  readonly images: Readonly<Record<string, string>>;
}

/** What a run works with. */
export interface RunTools {
  readonly runId: string;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly loaded: LoadedAssets;
  readonly engine: TemplateEngine;
  /**
   * Called once, before anything is written: takes the lock and gives what earlier runs left.
   *
   * @param hco by which a first run is told from one whose state is lost
   * @throws FairleadError where another run is at work
   */
  readonly begin: (hco: ManagedObject) => Promise<RunState>;
}
