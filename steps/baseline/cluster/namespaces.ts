import { valueAt } from "../../lib/json/json.ts";
import type { Cluster } from "./cluster.ts";

/** `planned`: it is not there, and would be if this were no dry run. */
export type NamespaceSight = "usable" | "planned" | "missing";

/** Whether namespaces can take objects, each asked once in a run. */
export class Namespaces {
  readonly #cluster: Cluster;
  readonly #known = new Map<string, Promise<NamespaceSight>>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  /** One that is being deleted takes nothing any more. @throws KubeError */
  sight(name: string): Promise<NamespaceSight> {
    const known = this.#known.get(name) ?? this.#look(name);
    this.#known.set(name, known);
    return known;
  }

  /** Assets may make a namespace that others lie in. */
  forget(name: string): void {
    this.#known.delete(name);
  }

  /** A dry run makes none, and others lie in it all the same. */
  plan(name: string): void {
    this.#known.set(name, Promise.resolve("planned"));
  }

  async #look(name: string): Promise<NamespaceSight> {
    const found = await this.#cluster.find({ apiVersion: "v1", kind: "Namespace" }, { name, namespace: "" });
    return found === undefined || valueAt(found, ["status", "phase"]) === "Terminating" ? "missing" : "usable";
  }
}
