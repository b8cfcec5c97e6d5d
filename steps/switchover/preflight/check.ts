import type { KubeClient } from "../../lib/kube/types.ts";
import type { Wait } from "../../lib/phase/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { Finding } from "./finding.ts";
import type { Observation } from "./observation.ts";
import type { PreflightSettings } from "./settings.ts";

/** When a resumed run makes a check again. */
export type Resume =
  | "never"
  /** Until an activation step is recorded. */
  | "until-activation"
  /** As before, but no longer once the backup schedule was paused: on ACM 2.11 the schedule is gone by then. */
  | "until-pause"
  | "always";

/** One rule of the preflight. One file each; `registry.ts` holds them in report order. */
export interface Check {
  /** Kebab-case, stable: reports and runbooks refer to it. */
  readonly id: string;
  /** Position in the report; numbers of rules that were dropped stay free. */
  readonly number: number;
  /** For people: `Backups are finished`. */
  readonly name: string;
  /** The hubs that it says something about. */
  readonly hubs: readonly HubName[];
  readonly modes: "both" | "passive" | "full";
  /** What usually helps, for the table of checks; a finding says what helps in its case. */
  readonly remedy: string;
  readonly onResume: Resume;
  /** A wait that must end before the check can judge; all is read again after it. Pure. */
  readonly wait?: (observation: Observation, settings: PreflightSettings) => WaitRequest | undefined;
  /** Pure, and never throws for whatever a hub may hold. */
  readonly evaluate: (
    observation: Observation,
    settings: PreflightSettings,
    waited: Waited | undefined,
  ) => readonly Finding[];
}

/** Clients, which only the runner has. Asked for one of a hub that is declared down it throws: a defect of the check. */
export type ClientOf = (hub: HubName) => KubeClient;

/** A wait without its client, which only the runner has. A timeout is no error: the check judges what is there then. */
export interface WaitRequest {
  readonly title: string;
  /** Names of the objects that are waited for, so that the check can tell when one has vanished meanwhile. */
  readonly awaited: readonly string[];
  readonly build: (clientOf: ClientOf) => Wait;
}

/** What became of the check's wait; absent when none was needed. */
export interface Waited {
  readonly awaited: readonly string[];
  readonly outcome: "ended" | "timed-out";
}

/** True where the check belongs to this method and this point of the operation. */
export function applies(check: Check, settings: Pick<PreflightSettings, "method" | "scope">): boolean {
  if (check.modes !== "both" && check.modes !== settings.method) {
    return false;
  }
  switch (settings.scope) {
    case "full":
      return true;
    case "before-pause":
      return check.onResume !== "never";
    case "paused":
      return check.onResume === "until-activation" || check.onResume === "always";
    case "activated":
      return check.onResume === "always";
    case "removing":
      // What lies on the old hub is going, and the removal itself looks at what must not be lost.
      return check.id === "hub-identity";
  }
}
