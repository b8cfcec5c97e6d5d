import { annotation, objectName } from "./constants.ts";
import type { Secret } from "./hub-objects.ts";
import { parseTime } from "./timestamp.ts";

/** Token of a ManagedServiceAccount in a cluster's namespace: with it a new hub can import the cluster. */
export interface ImportToken {
  readonly cluster: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
}

/** Drops the data at once: only name, namespace and expiry are looked at. */
export function importToken({ metadata }: Secret): ImportToken | undefined {
  return metadata.name.startsWith(objectName.managedServiceAccountSecretPrefix)
    ? {
        cluster: metadata.namespace ?? "",
        expiresAt: parseTime(metadata.annotations?.[annotation.tokenExpiration]),
      }
    : undefined;
}

/** Clusters by what is wrong with their tokens. */
export interface TokenTrouble {
  readonly missing: readonly string[];
  readonly expired: readonly string[];
}

/** Of several tokens of a cluster one that is valid is enough. Pure. */
export function tokenTrouble(clusters: readonly string[], tokens: readonly ImportToken[], now: number): TokenTrouble {
  const present = new Set(tokens.map(({ cluster }) => cluster));
  const valid = new Set(tokens.filter(({ expiresAt }) => (expiresAt ?? 0) > now).map(({ cluster }) => cluster));
  return {
    missing: clusters.filter((name) => !present.has(name)),
    expired: clusters.filter((name) => present.has(name) && !valid.has(name)),
  };
}
