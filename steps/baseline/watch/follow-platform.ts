import type { Clock } from "../../lib/clock/clock.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { LoadedAsset } from "../catalog/loaded-asset.ts";
import { Cluster } from "../cluster/cluster.ts";
import { hcoCrd } from "../cluster/find-hco.ts";
import { reasonOf } from "../failure/reason-of.ts";
import {
  type Collection,
  definitionsCollection,
  hcoCollection,
  objectsCollection,
  type WatchedKind,
  watchedKinds,
} from "./collections.ts";
import { FollowedCollection } from "./followed-collection.ts";
import type { Touch } from "./touch.ts";

export interface FollowOptions {
  readonly client: KubeClient;
  /** Of the HyperConverged. */
  readonly namespace: string;
  readonly assets: readonly LoadedAsset[];
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly onTouch: (touches: readonly Touch[]) => void;
  /** Called when a collection cannot be followed for now, and with `undefined` when it can again. */
  readonly onTrouble: (collection: string, why: string | undefined) => void;
}

// A server that was restored from a backup stays silent towards a watch from a version of its lost future.
const relistMs = 15 * 60_000;
// An API server may say for a moment that it does not know a kind whose CRD is established.
const unknownKindPauseMs = 2_000;

/** Whether a later try may succeed: a server that starts again is no reason to end. */
function isPassing(error: unknown): boolean {
  const inner = error instanceof FairleadError && !isKubeError(error) ? error.cause : error;
  return isKubeError(inner) && inner.transient;
}

/** Follows everything whose change may ask for a run: the HyperConverged, the CRDs, and our objects of each kind. */
export class PlatformFollower {
  readonly #options: FollowOptions;
  readonly #kinds: readonly WatchedKind[];
  readonly #followed = new Map<string, Promise<void>>();
  readonly #failure = Promise.withResolvers<never>();

  constructor(options: FollowOptions) {
    this.#options = options;
    this.#kinds = watchedKinds(options.assets);
    // Without a listener an early failure would end the process before anybody waits for it.
    this.#failure.promise.catch(() => undefined);
  }

  /** Rejects when something cannot be followed for good: a permission is missing, a token is not valid any more. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  /** Begins to follow, and comes back once all that is there now was seen. @throws KubeError that lasts */
  async start(): Promise<void> {
    await this.#orFailure(this.#follow(definitionsCollection(this.#options.assets)));
    await this.#orFailure(Promise.all([hcoCrd, ...this.#kinds.map(({ name }) => name)].map((one) => this.#meet(one))));
  }

  /** Until nothing is followed any more, after the signal was aborted. */
  async stopped(): Promise<void> {
    await Promise.all(this.#followed.values());
  }

  async #orFailure(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.failed]);
  }

  /** Follows the objects of a kind where the cluster serves it and they are not followed yet. */
  async #meet(name: string): Promise<void> {
    let isTroubled = false;
    while (!this.#followed.has(name)) {
      try {
        await this.#followKind(name);
        if (isTroubled) this.#options.onTrouble(name, undefined);
        return;
      } catch (error) {
        if (!isPassing(error)) {
          this.#fail(error);
          return;
        }
        isTroubled = true;
        this.#options.onTrouble(name, reasonOf(error));
        if (!(await this.#pause())) return;
      }
    }
  }

  async #followKind(name: string): Promise<void> {
    const { client, signal, namespace } = this.#options;
    // A fresh one each time: it remembers the CRDs that it has read.
    const cluster = new Cluster(client, signal);
    const kind = this.#kinds.find((one) => one.name === name);
    const collection =
      kind === undefined ? await hcoCollection(cluster, namespace) : await objectsCollection(cluster, kind);
    if (collection !== undefined) await this.#follow(collection);
  }

  /** Whether there is a reason to go on. */
  async #pause(): Promise<boolean> {
    const { clock, signal } = this.#options;
    await clock.sleep(unknownKindPauseMs, signal).catch(() => undefined);
    return !signal.aborted;
  }

  /** Comes back after the first look. */
  #follow(collection: Collection): Promise<void> {
    if (this.#followed.has(collection.name)) return Promise.resolve();
    const seen = Promise.withResolvers<void>();
    const following = this.#look(collection, () => seen.resolve())
      .catch((error: unknown) => this.#ended(collection, error))
      .finally(() => seen.resolve());
    this.#followed.set(collection.name, following);
    return seen.promise;
  }

  async #look({ name, resource, query, sight }: Collection, onSeen: () => void): Promise<void> {
    const { client, signal, onTrouble, log } = this.#options;
    const known = new FollowedCollection();
    log.debug(`following ${name}`);
    const options = { signal, relistMs, project: sight, onTrouble: (why?: string) => onTrouble(name, why) };
    for await (const event of client.watch(resource, query, options)) {
      this.#tell(known.see(event));
      onSeen();
    }
  }

  /** A kind that comes with its CRD is followed from then on. */
  #tell(touches: readonly Touch[]): void {
    this.#options.onTouch(touches);
    for (const touch of touches) {
      if (touch.what === "crd" && this.#isOfOurs(touch.crd)) void this.#meetLate(touch.crd);
    }
  }

  /** A run may have been there before the first look, and what changed in between is in neither: another one follows. */
  async #meetLate(name: string): Promise<void> {
    if (this.#followed.has(name)) return;
    await this.#meet(name);
    if (this.#followed.has(name)) this.#options.onTouch([{ what: "crd", crd: name }]);
  }

  #isOfOurs(crd: string): boolean {
    return crd === hcoCrd || this.#kinds.some(({ name }) => name === crd);
  }

  /** A kind that has gone with its CRD is no failure; whether it is there again is looked at once more. */
  async #ended({ name }: Collection, error: unknown): Promise<void> {
    const { signal, onTrouble, log } = this.#options;
    if (signal.aborted) return;
    if (!isKubeError(error, "KindAbsent")) {
      this.#fail(error);
      return;
    }
    log.info(`${name} is not served any more`);
    onTrouble(name, undefined);
    const goesOn = await this.#pause();
    this.#followed.delete(name);
    if (goesOn) void this.#meetLate(name);
  }

  #fail(error: unknown): void {
    if (!this.#options.signal.aborted) this.#failure.reject(error);
  }
}
