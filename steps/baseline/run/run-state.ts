import type { Customization } from "../asset/desired-state.ts";
import type { Identity } from "../object/managed-object.ts";
import { type BaselineState, objectKey } from "../state/baseline-state.ts";
import { peace, type War } from "../throttle/edit-war.ts";
import type { Bucket } from "../throttle/token-bucket.ts";

function without<T>(entries: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => name !== key));
}

function entry<T>(entries: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(entries, key) ? entries[key] : undefined;
}

/** What a run knows of earlier ones, and adds to it as it goes: it can be stored at any moment. */
export class RunState {
  #state: BaselineState;

  constructor(state: BaselineState) {
    this.#state = state;
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
