import type { BackupState, RestoreState } from "./hub-facts.ts";

export type HubRole = "primary" | "secondary" | "standby" | "old-primary" | "new-primary" | "unknown";

export interface RoleVerdict {
  readonly role: HubRole;
  /** Why, for people. */
  readonly why: string;
  /** Somebody should look. */
  readonly doubtful: boolean;
}

export interface RoleFacts {
  readonly backup: BackupState["state"];
  readonly restore: RestoreState["state"];
  /** Clusters that are Available here, the hub itself left out. */
  readonly availableClusters: number;
}

interface Rule {
  readonly holds: (facts: RoleFacts) => boolean;
  readonly verdict: RoleVerdict;
}

function role(name: HubRole, why: string, doubtful = false): RoleVerdict {
  return { role: name, why, doubtful };
}

/** The first that holds decides. */
const rules: readonly Rule[] = [
  {
    holds: ({ backup, restore }) => backup === "active" && (restore === "none" || restore === "finished"),
    verdict: role("primary", "it makes backups and restores nothing"),
  },
  {
    holds: ({ backup, restore }) => backup === "active" && restore === "passive-sync",
    verdict: role("unknown", "it makes backups and follows those of another hub at the same time", true),
  },
  {
    holds: ({ restore }) => restore === "passive-sync",
    verdict: role("secondary", "it follows the backups of another hub"),
  },
  {
    holds: ({ restore }) => restore === "passive-sync-error",
    verdict: role("standby", "its passive sync has failed", true),
  },
  {
    holds: ({ restore }) => restore === "in-progress",
    verdict: role("standby", "a Restore is under way"),
  },
  {
    holds: ({ backup }) => backup === "collision",
    verdict: role("standby", "another hub writes its backups to the same storage", true),
  },
  {
    holds: ({ backup, restore }) => backup === "paused" && restore === "finished",
    verdict: role("old-primary", "its backups are paused and a Restore has finished"),
  },
  { holds: ({ backup }) => backup === "paused", verdict: role("standby", "its backups are paused") },
  {
    holds: ({ backup, restore }) => backup === "none" && restore === "finished",
    verdict: role("new-primary", "a Restore has finished and it makes no backups yet"),
  },
  {
    holds: ({ backup, availableClusters }) => backup === "none" && availableClusters > 0,
    verdict: role("primary", "likely: clusters are available, though it makes no backups", true),
  },
];

/** Which part a hub plays. Pure. */
export function decideRole(facts: RoleFacts): RoleVerdict {
  return (
    rules.find(({ holds }) => holds(facts))?.verdict ??
    role("unknown", "neither its backups nor its Restores tell which part it plays", true)
  );
}
