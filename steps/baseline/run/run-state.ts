import type { Customization } from "../asset/desired-state.ts";
import type { Identity } from "../object/managed-object.ts";
import { type BaselineState, objectKey } from "../state/baseline-state.ts";
import { peace, type Standing, settleIntent, type War } from "../throttle/edit-war.ts";
import type { Bucket, BucketLimits } from "../throttle/token-bucket.ts";

function without<T>(entries: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key));
}

function entry<T>(entries: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/** Stores what a run knows so far. @throws where it could not be stored: then nothing is to be written that it counts */
export type KeepState = (state: BaselineState) => Promise<void>;

const keepNothing: KeepState = async () => {};

/** What a run knows of earlier ones, and adds to it as it goes: it can be stored at any moment. */
export class RunState {
  #state: BaselineState;
  readonly #keep: KeepState;

  /** @param keep absent for a run that leaves nothing to the next one */
  constructor(state: BaselineState, keep = keepNothing) {
    this.#state = state;
    this.#keep = keep;
  }

  /** Stores it as it is now. @throws what `keep` throws */
  async keep(): Promise<void> {
    await this.#keep(this.#state);
  }

  get value(): BaselineState {
    return this.#state;
  }

  update(change: (state: BaselineState) => BaselineState): void {
    this.#state = change(this.#state);
  }

  war(object: Identity): War {
    return entry(this.#state.wars, objectKey(object)) ?? peace;
  }

  bucket(object: Identity): Bucket | undefined {
    return entry(this.#state.buckets, objectKey(object));
  }

  standing(object: Identity): Standing {
    return { war: this.war(object), bucket: this.bucket(object) };
  }

  setStanding(object: Identity, { war, bucket }: Standing): void {
    this.setWar(object, war);
    if (bucket !== undefined) this.setBucket(object, bucket);
    else this.#state = { ...this.#state, buckets: without(this.#state.buckets, objectKey(object)) };
  }

  /** Finds out what became of a correction that a killed run left unfinished, by the version of the live object. */
  settleIntent(object: Identity, limits: BucketLimits, version: string): void {
    const before = this.standing(object);
    const settled = settleIntent(before, limits, version);
    if (settled.war !== before.war) this.setStanding(object, settled);
  }

  setWar(object: Identity, war: War): void {
    this.#state = { ...this.#state, wars: { ...this.#state.wars, [objectKey(object)]: war } };
  }

  setBucket(object: Identity, bucket: Bucket): void {
    this.#state = { ...this.#state, buckets: { ...this.#state.buckets, [objectKey(object)]: bucket } };
  }

  /** Its user wants it managed again: as if nobody had ever fought over it. */
  resume(object: Identity): void {
    const key = objectKey(object);
    const { wars, buckets } = this.#state;
    this.#state = { ...this.#state, wars: without(wars, key), buckets: without(buckets, key) };
  }

  countThrashing(object: Identity): void {
    const key = objectKey(object);
    const { thrashings } = this.#state;
    this.#state = { ...this.#state, thrashings: { ...thrashings, [key]: (entry(thrashings, key) ?? 0) + 1 } };
  }

  setCustomizations(object: Identity, customizations: readonly Customization[]): void {
    const known = { ...this.#state.customizations, [objectKey(object)]: customizations };
    this.#state = { ...this.#state, customizations: known };
  }

  setIdentity(asset: string, identity: Identity): void {
    this.#state = { ...this.#state, identities: { ...this.#state.identities, [asset]: identity } };
  }
}
