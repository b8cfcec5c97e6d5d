/** How far a cluster is on its way to a hub, and what that means. Names are part of the log's format. */
export const clusterStateMeanings = {
  missing: "The hub does not have it",
  restored: "The hub has it, as restored from a backup, and nothing of it is heard yet",
  "token-missing": "The hub says that it has no token to import it with",
  "import-asked": "This run asked the hub to import it",
  importing: "The hub has begun to import it and waits for its agent",
  "klusterlet-repaired": "Its agent obeyed another hub and was led to this one",
  joined: "Its agent has registered with the hub",
  available: "It is connected: joined and available",
  lost: "It was available, and is so no longer",
  "given-up": "The wait for it has ended without it",
} as const;

export type ClusterState = keyof typeof clusterStateMeanings;

/** How many of how many. */
export interface Count {
  readonly done: number;
  readonly total: number;
}

/** What a look, or a write, says of one cluster. */
export interface ClusterSight {
  readonly name: string;
  readonly state: ClusterState;
  /** Somebody waits for it, and gives it up when the wait ends. */
  readonly awaited?: boolean;
  /** Why it is not further. */
  readonly note?: string;
}

/** What a look at a hub says of its clusters. */
export interface ClusterSights {
  /** As in the log's field `hub`. */
  readonly hub: string;
  readonly clusters: readonly ClusterSight[];
  /** Those that are connected, of those that are to be. */
  readonly count?: Count;
}

export interface ClusterChange {
  readonly hub: string;
  readonly cluster: string;
  readonly state: ClusterState;
  /** What was told of it before in this run. */
  readonly before?: ClusterState;
  readonly note?: string;
  readonly count?: Count;
}

const order: Readonly<Record<ClusterState, number>> = {
  missing: 0,
  restored: 1,
  "token-missing": 2,
  "import-asked": 2,
  importing: 3,
  "klusterlet-repaired": 3,
  joined: 4,
  available: 5,
  lost: 5,
  "given-up": 5,
};

/**
 * The state that a cluster has now, after what was known and what is seen. What a write did stays true while a look shows
 * less: an import that was asked for is not seen on the cluster. Pure.
 */
export function nextClusterState(known: ClusterState | undefined, seen: ClusterState): ClusterState {
  if (known === undefined || seen === "available" || seen === "missing" || seen === "lost") return seen;
  if (known === "available") return seen === "given-up" ? known : "lost";
  // Of a lost cluster less is seen than was; only what somebody does about it is news.
  if (known === "lost" || known === "given-up") {
    return seen === "import-asked" || seen === "klusterlet-repaired" || seen === "given-up" ? seen : known;
  }
  return order[seen] >= order[known] ? seen : known;
}

/** Remembers what was told of each cluster in a run, so that each change is told once however often a hub is looked at. */
export class ClusterFollower {
  readonly #known = new Map<string, Map<string, ClusterState>>();

  /** What has changed since the last look at that hub. */
  take({ hub, clusters, count }: ClusterSights): readonly ClusterChange[] {
    const known = this.#known.get(hub) ?? new Map<string, ClusterState>();
    this.#known.set(hub, known);
    const changes: ClusterChange[] = [];
    for (const { name, state: seen, note } of clusters) {
      const before = known.get(name);
      const state = nextClusterState(before, seen);
      if (state === before) continue;
      known.set(name, state);
      changes.push({
        hub,
        cluster: name,
        state,
        ...(before === undefined ? {} : { before }),
        ...(note === undefined ? {} : { note }),
        ...(count === undefined ? {} : { count }),
      });
    }
    return changes;
  }
}
