/** What the backup operator said of a cluster after an activation. `available`: it was there already. */
export type ImportReason = "no-token" | "expired-token" | "no-url" | "available";

export interface ImportNote {
  readonly cluster: string;
  readonly reason: ImportReason;
}

/** Why the backup operator did not ask for the import of a cluster. */
export interface ImportRefusal {
  readonly cluster: string;
  readonly reason: Exclude<ImportReason, "available">;
}

/** As the operator of ACM 2.11 to 2.17 writes them into `status.messages` of a Restore. */
const forms: readonly (readonly [pattern: RegExp, reason: ImportReason])[] = [
  [/^managed cluster ([a-z0-9.-]+) already available/, "available"],
  [/^No suitable MSA secret found for cluster \(([a-z0-9.-]+)\)/, "no-token"],
  [/^Skip creating auto-import-secret for cluster \(([a-z0-9.-]+)\), its MSA secret has expired/, "expired-token"],
  [/^Cannot reimport cluster ([a-z0-9.-]+), no serverUrl property/, "no-url"],
];

/**
 * What an activation Restore says of single clusters. A Hive cluster needs no token and reconnects by itself: no refusal
 * of it counts. That a cluster is not named proves nothing. Pure.
 */
export function importNotes(messages: readonly string[], isHive: (cluster: string) => boolean): readonly ImportNote[] {
  return messages.flatMap((message) => {
    for (const [pattern, reason] of forms) {
      const cluster = pattern.exec(message)?.[1];
      if (cluster !== undefined && (reason === "available" || !isHive(cluster))) return [{ cluster, reason }];
    }
    return [];
  });
}

/** The clusters that it could not have imported. Pure. */
export function importRefusals(notes: readonly ImportNote[]): readonly ImportRefusal[] {
  return notes.flatMap(({ cluster, reason }) => (reason === "available" ? [] : [{ cluster, reason }]));
}

/** Names of clusters by what was said of them: of a fleet of thousands a fraction of the messages. */
export type ImportNotes = Readonly<Partial<Record<ImportReason, readonly string[]>>>;

/** Pure. */
export function notesByReason(notes: readonly ImportNote[]): ImportNotes {
  const groups: Partial<Record<ImportReason, string[]>> = {};
  for (const { cluster, reason } of notes) {
    const group = groups[reason] ?? [];
    group.push(cluster);
    groups[reason] = group;
  }
  return groups;
}

export const importWords: Readonly<Record<ImportReason, string>> = {
  "no-token": "the hub has no import token for it",
  "expired-token": "its import token has expired",
  "no-url": "the address of its API server is not known",
  available: "was available here before the activation",
};
