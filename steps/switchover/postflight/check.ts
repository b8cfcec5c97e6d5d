import type { Finding } from "../preflight/finding.ts";
import type { NewHub, OldHub, PostflightObservation } from "./observation.ts";

/** What of the run's parameters the checks depend on. */
export interface PostflightSettings {
  readonly skipObservabilityChecks: boolean;
  /** What a backup may be older than its cadence, seconds. */
  readonly backupMaxAge: number;
}

interface Described {
  /** Kebab-case, stable: reports and runbooks refer to it. */
  readonly id: string;
  /** Position in the report. */
  readonly number: number;
  /** For people. */
  readonly name: string;
}

/** One rule of the postflight. `registry.ts` holds them in report order. All pure. */
export type PostflightCheck = Described &
  (
    | {
        readonly hub: "secondary";
        readonly evaluate: (
          hub: NewHub,
          settings: PostflightSettings,
          observation: PostflightObservation,
        ) => readonly Finding[];
      }
    | {
        /** Made only where the old hub is given. */
        readonly hub: "primary";
        readonly evaluate: (hub: OldHub, settings: PostflightSettings) => readonly Finding[];
      }
  );
