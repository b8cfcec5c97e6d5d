import type { EtcdKeys } from "./etcd-keys.ts";

interface Kept {
  readonly value: string;
  readonly modRevision: string;
}

export interface LeftContent {
  readonly prefix: string;
  readonly kept: readonly (readonly [string, Kept])[];
}

// What an API server keeps for itself, renewed every few seconds.
const itsOwn = ["/masterleases/", "/leases/kube-system/"];
const definitions = "/apiextensions.k8s.io/customresourcedefinitions/";

/**
 * All that an API server holds at one moment, put back whenever that is wanted: faster by far than a new server. The
 * server learns of it by its own watches of etcd, as in a cluster of several API servers.
 */
export class KeptContent {
  readonly #keys: EtcdKeys;
  readonly #prefix: string;
  readonly #kept: Map<string, Kept>;

  private constructor(keys: EtcdKeys, prefix: string, kept: Map<string, Kept>) {
    this.#keys = keys;
    this.#prefix = prefix;
    this.#kept = kept;
  }

  /** @param prefix what `--etcd-prefix` of the server says */
  static async keep(keys: EtcdKeys, prefix: string): Promise<KeptContent> {
    const found = await keys.list(`${prefix}/`, "values");
    const kept = found.map(({ key, value = "", modRevision }) => [key, { value, modRevision }] as const);
    return new KeptContent(keys, prefix, new Map(kept));
  }

  /** What another one goes on with. JSON. */
  leave(): LeftContent {
    return { prefix: this.#prefix, kept: [...this.#kept] };
  }

  static adopt(keys: EtcdKeys, { prefix, kept }: LeftContent): KeptContent {
    return new KeptContent(keys, prefix, new Map(kept));
  }

  /**
   * Puts everything back, uids included, or nothing where kinds were defined, changed or removed since: what a server
   * serves follows its definitions with a delay that nobody can see the end of.
   */
  async restore(): Promise<"restored" | "other-definitions"> {
    const now = new Map((await this.#keys.list(`${this.#prefix}/`, "keys")).map((key) => [key.key, key.modRevision]));
    const changed = [...new Set([...now.keys(), ...this.#kept.keys()])].filter(
      (key) => now.get(key) !== this.#kept.get(key)?.modRevision && !this.#isItsOwn(key),
    );
    if (changed.some((key) => key.startsWith(`${this.#prefix}${definitions}`))) return "other-definitions";
    for (const key of changed) {
      const kept = this.#kept.get(key);
      if (kept === undefined) await this.#keys.remove(key);
      else this.#kept.set(key, { ...kept, modRevision: await this.#keys.put(key, kept.value) });
    }
    return "restored";
  }

  #isItsOwn(key: string): boolean {
    return itsOwn.some((part) => key.startsWith(`${this.#prefix}${part}`));
  }
}
