import type { KubeError, KubeReason } from "../../../../steps/lib/kube/kube-error.ts";
import type { KubeClient, KubeObject, ObjectRef, Preconditions, Resource } from "../../../../steps/lib/kube/types.ts";
import { kubeError } from "../kube/fixtures.ts";

export interface Thing extends KubeObject {
  readonly spec?: Readonly<Record<string, unknown>>;
}

export const things: Resource<Thing> = {
  group: "small.example",
  version: "v1",
  plural: "things",
  kind: "Thing",
  scope: "cluster",
};

/** Called at each await of a run, with what is about to happen or has just happened. */
export type Point = (what: string) => Promise<void>;

const nothing: Point = async () => undefined;

/** One cluster in memory: objects, a controller that ends deletions, and every write that had an effect. */
export class SmallWorld {
  readonly objects = new Map<string, Thing>();
  readonly effects: string[] = [];
  /** Failures to come, by `verb name`; each strikes once. */
  readonly failures = new Map<string, KubeError[]>();
  #versions = 0;

  put(name: string, spec: Thing["spec"] = {}): void {
    this.#versions += 1;
    const uid = this.objects.get(name)?.metadata.uid ?? `uid-${this.#versions}`;
    this.objects.set(name, { metadata: { name, uid, resourceVersion: String(this.#versions) }, spec });
  }

  fail(call: string, ...reasons: readonly KubeReason[]): void {
    this.failures.set(
      call,
      reasons.map((reason) => kubeError(reason)),
    );
  }

  /** What is left when everything that only numbers the writes is taken away. */
  content(): Readonly<Record<string, Thing["spec"]>> {
    return Object.fromEntries([...this.objects].toSorted().map(([name, { spec }]) => [name, spec]));
  }

  client(point: Point = nothing): KubeClient {
    const act = async <T>(verb: string, name: string, work: () => T): Promise<T> => {
      await point(`before ${verb} ${name}`);
      const failure = this.failures.get(`${verb} ${name}`)?.shift();
      if (failure !== undefined) throw failure;
      const result = work();
      await point(`after ${verb} ${name}`);
      return result;
    };
    const write = <T>(verb: string, name: string, work: () => T): Promise<T> =>
      act(verb, name, () => {
        const result = work();
        this.effects.push(`${verb} ${name}`);
        return result;
      });
    const client: Partial<Record<keyof KubeClient, unknown>> = {
      name: "hub",
      server: "https://hub",
      find: (_: Resource, { name }: ObjectRef) => act("get", name, () => this.objects.get(name)),
      list: (_: Resource, _query: unknown, { project }: { project: (thing: Thing) => unknown }) =>
        act("list", "things", () => ({ items: [...this.objects.values()].map(project), resourceVersion: "1" })),
      create: (_: Resource, body: Thing) => write("create", body.metadata.name, () => this.#create(body)),
      mergePatch: (_: Resource, { name }: ObjectRef, patch: Thing, options: Preconditions) =>
        write("patch", name, () => this.#patch(name, patch, options)),
      delete: (_: Resource, { name }: ObjectRef) =>
        this.objects.has(name) ? write("delete", name, () => this.#delete(name)) : act("delete", name, () => "absent"),
      watch: (_: Resource, _query: unknown, options: { signal: AbortSignal; project: (thing: Thing) => unknown }) =>
        this.#watch(point, options),
    };
    // The runner makes these calls and no others.
    return client as unknown as KubeClient;
  }

  #create(body: Thing): Thing {
    const { name } = body.metadata;
    if (this.objects.has(name)) throw kubeError("AlreadyExists");
    this.put(name, body.spec);
    return this.#get(name);
  }

  #patch(name: string, patch: Thing, { uid, resourceVersion }: Preconditions): Thing {
    const { metadata, spec } = this.#get(name);
    if (
      (uid ?? metadata.uid) !== metadata.uid ||
      (resourceVersion ?? metadata.resourceVersion) !== metadata.resourceVersion
    )
      throw kubeError("Conflict");
    this.put(name, { ...spec, ...patch.spec });
    return this.#get(name);
  }

  #delete(name: string): "deleting" {
    const { metadata, spec } = this.#get(name);
    this.objects.set(name, { metadata: { ...metadata, deletionTimestamp: "2026-11-24T12:00:00Z" }, spec: spec ?? {} });
    return "deleting";
  }

  #get(name: string): Thing {
    const found = this.objects.get(name);
    if (found === undefined) throw kubeError("NotFound");
    return found;
  }

  /** What is being deleted is gone at the second look. */
  async *#watch(point: Point, { signal, project }: { signal: AbortSignal; project: (thing: Thing) => unknown }) {
    for (;;) {
      await point("looking");
      yield { type: "replaced", items: [...this.objects.values()].map(project) };
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
      for (const [name, { metadata }] of this.objects)
        if (metadata.deletionTimestamp !== undefined) this.objects.delete(name);
    }
  }
}
