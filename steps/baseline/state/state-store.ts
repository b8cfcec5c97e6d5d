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

/** Where one run leaves its state to the next: a ConfigMap beside the HyperConverged. */
export class StateStore {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #validate: SchemaValidator;
  #found: StateMap | undefined;

  constructor(client: KubeClient, namespace: string, validate: SchemaValidator) {
    this.#client = client;
    this.#namespace = namespace;
    this.#validate = validate;
  }

  /** @throws KubeError where it cannot be read: beginning anew would forget what is paused for its absence */
  async read(options: CallOptions): Promise<ReadState> {
    this.#found = await this.#client.find(configMaps, this.#ref, options);
    return readState(this.#found === undefined ? undefined : (this.#found.data?.[key] ?? ""), this.#validate);
  }

  /** Stores what was read and changed since. @throws KubeError, also where another run has stored its own meanwhile */
  async write(state: BaselineState, options: CallOptions): Promise<void> {
    const { name, namespace } = this.#ref;
    const data = { ...this.#found?.data, [key]: JSON.stringify(state) };
    if (this.#found === undefined) {
      this.#found = await this.#client.create(configMaps, { metadata: { name, namespace }, data }, options);
      return;
    }
    const { metadata } = this.#found;
    const body: StateMap = { metadata: { ...metadata, name, namespace }, data };
    try {
      this.#found = await this.#client.replace(configMaps, body, options);
    } catch (error) {
      if (!isKubeError(error, "NotFound")) throw error;
      // Somebody deleted it since: what it held is known here, and another run would have made it anew.
      this.#found = await this.#client.create(configMaps, { metadata: { name, namespace }, data }, options);
    }
  }

  get #ref() {
    return { name: ownNames.state, namespace: this.#namespace };
  }
}
