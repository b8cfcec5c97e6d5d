/** Why the backup operator did not ask for the import of a cluster. */
export interface ImportRefusal {
  readonly cluster: string;
  readonly reason: "no-token" | "expired-token" | "no-url";
}

/** As the operator of ACM 2.11 to 2.17 writes them into `status.messages` of a Restore. */
const forms: readonly (readonly [pattern: RegExp, reason: ImportRefusal["reason"]])[] = [
  [/^No suitable MSA secret found for cluster \(([a-z0-9.-]+)\)/, "no-token"],
  [/^Skip creating auto-import-secret for cluster \(([a-z0-9.-]+)\), its MSA secret has expired/, "expired-token"],
  [/^Cannot reimport cluster ([a-z0-9.-]+), no serverUrl property/, "no-url"],
];

/**
 * What an activation Restore says of clusters that it could not have imported. A Hive cluster needs no token and
 * reconnects by itself: nothing of it counts. That a cluster is not named proves nothing. Pure.
 */
export function importRefusals(
  messages: readonly string[],
  isHive: (cluster: string) => boolean,
): readonly ImportRefusal[] {
  return messages.flatMap((message) => {
    for (const [pattern, reason] of forms) {
      const cluster = pattern.exec(message)?.[1];
      if (cluster !== undefined && !isHive(cluster)) return [{ cluster, reason }];
    }
    return [];
  });
}

export const refusalWords: Readonly<Record<ImportRefusal["reason"], string>> = {
  "no-token": "the hub has no import token for it",
  "expired-token": "its import token has expired",
  "no-url": "the address of its API server is not known",
};
