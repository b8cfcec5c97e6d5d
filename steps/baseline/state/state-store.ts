import { isKubeError } from "../../lib/kube/kube-error.ts";
import type { CallOptions, KubeClient, KubeObject, Resource } from "../../lib/kube/types.ts";
import type { SchemaValidator } from "../../lib/schema/validator.ts";
import { ownNames } from "../object/own-names.ts";
import type { BaselineState } from "./baseline-state.ts";
import { type ReadState, readState } from "./read-state.ts";

interface StateMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const configMaps: Resource<StateMap> = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  scope: "namespaced",
};

const key = "state.json";
const writerKey = "written-by";

/** Where one run leaves its state to the next: a ConfigMap beside the HyperConverged. */
export class StateStore {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #validate: SchemaValidator;
  readonly #writer: string;
  readonly #unanswered = new Set<string>();
  #found: StateMap | undefined;

  /** @param writer name of the run, which differs from that of every run that may be at work beside it; empty to read only */
  constructor(client: KubeClient, namespace: string, validate: SchemaValidator, writer = "") {
    this.#client = client;
    this.#namespace = namespace;
    this.#validate = validate;
    this.#writer = writer;
  }

  /** @throws KubeError where it cannot be read: beginning anew would forget what is paused for its absence */
  async read(options: CallOptions): Promise<ReadState> {
    this.#found = await this.#client.find(configMaps, this.#ref, options);
    return readState(this.#found === undefined ? undefined : (this.#found.data?.[key] ?? ""), this.#validate);
  }

  /** Stores what was read and changed since. @throws KubeError, also where another run has stored its own meanwhile */
  async write(state: BaselineState, options: CallOptions): Promise<void> {
    const text = JSON.stringify(state);
    try {
      await this.#send(text, options);
    } catch (error) {
      const isOwn = isKubeError(error, "Conflict", "AlreadyExists") && (await this.#findOwn(options));
      if (!isOwn) throw error;
      await this.#send(text, options);
    }
  }

  /** A run that is told to stop in the middle of a write has no answer to it: what it meets at the next one may be its own. */
  async #findOwn(options: CallOptions): Promise<boolean> {
    if (this.#unanswered.size === 0) return false;
    const found = await this.#client.find(configMaps, this.#ref, options);
    const isOwn = this.#unanswered.has(found?.data?.[key] ?? "") && found?.data?.[writerKey] === this.#writer;
    if (isOwn) this.#found = found;
    return isOwn;
  }

  async #send(text: string, options: CallOptions): Promise<void> {
    try {
      this.#found = await this.#put(text, options);
      this.#unanswered.clear();
    } catch (error) {
      if (!isKubeError(error) || error.unclear) this.#unanswered.add(text);
      throw error;
    }
  }

  async #put(text: string, options: CallOptions): Promise<StateMap> {
    const { name, namespace } = this.#ref;
    // Without its writer a state that is stored again as it was found would be no new version (Kubernetes 1.35).
    const data = { ...this.#found?.data, [key]: text, [writerKey]: this.#writer };
    const anew: StateMap = { metadata: { name, namespace }, data };
    if (this.#found === undefined) return await this.#client.create(configMaps, anew, options);
    const { metadata } = this.#found;
    try {
      return await this.#client.replace(configMaps, { metadata: { ...metadata, name, namespace }, data }, options);
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
      // Somebody deleted it since: what it held is known here, and another run would have made it anew.
      return await this.#client.create(configMaps, anew, options);
    }
  }

  get #ref() {
    return { name: ownNames.state, namespace: this.#namespace };
  }
}
