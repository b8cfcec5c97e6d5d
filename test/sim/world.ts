import { type KindName, kindNames, kinds } from "./kinds.ts";
import { editFinalizers, type FinalizersEdit } from "./kube/finalizers.ts";
import { isStatus, type SimClient, type SimObject } from "./kube/sim-client.ts";

function keyOf({ metadata }: SimObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** Versions of one API server are revisions of its etcd, which count all changes (etcd 3.6). */
function age({ metadata }: SimObject): number {
  return Number(metadata.resourceVersion ?? 0);
}

/** Everything that the players of one hub see: live collections, and writes that are seen at once. */
export class World {
  private readonly objects = new Map<KindName, Map<string, SimObject>>(kindNames.map((name) => [name, new Map()]));
  /** How far each collection was followed: every change up to this version of the server is in it. */
  private readonly followed = new Map<KindName, number>();
  private readonly client: SimClient;
  private readonly signal: AbortSignal;
  private readonly changed: () => void;

  constructor(client: SimClient, signal: AbortSignal, changed: () => void) {
    this.client = client;
    this.signal = signal;
    this.changed = changed;
  }

  /** Resolves once every collection was listed; goes on following them. */
  async start(): Promise<void> {
    await Promise.all(
      kindNames.map((name) => new Promise<void>((resolve, reject) => this.follow(name, resolve).catch(reject))),
    );
  }

  all(kind: KindName): readonly SimObject[] {
    return [...(this.objects.get(kind)?.values() ?? [])];
  }

  find(kind: KindName, name: string, namespace?: string): SimObject | undefined {
    return this.objects.get(kind)?.get(`${namespace ?? ""}/${name}`);
  }

  async create(kind: KindName, body: Omit<SimObject, "apiVersion" | "kind">): Promise<SimObject | undefined> {
    const { group, version, kind: name } = kinds[kind];
    const apiVersion = group === "" ? version : `${group}/${version}`;
    try {
      return this.keep(kind, await this.client.create(kinds[kind], { ...body, apiVersion, kind: name }, this.signal));
    } catch (error) {
      if (isStatus(error, 409)) return undefined;
      throw error;
    }
  }

  /** Whether the API server would not create this. Nothing is stored. */
  async isRefused(kind: KindName, body: Omit<SimObject, "apiVersion" | "kind">): Promise<boolean> {
    const { group, version, kind: name } = kinds[kind];
    const object = { ...body, apiVersion: `${group}/${version}`, kind: name };
    try {
      await this.client.create(kinds[kind], object, this.signal, "?dryRun=All");
      return false;
    } catch (error) {
      if (isStatus(error, 403)) return true;
      // No such namespace yet, or a webhook that is about to go.
      if (isStatus(error, 404, 500)) return false;
      throw error;
    }
  }

  /** `undefined` when the object went meanwhile. */
  async patch(kind: KindName, object: SimObject, patch: unknown): Promise<SimObject | undefined> {
    return await this.unlessGone(async () =>
      this.keep(kind, await this.client.patch(kinds[kind], object, patch, this.signal)),
    );
  }

  async editFinalizers(kind: KindName, object: SimObject, edit: FinalizersEdit): Promise<void> {
    const written = await editFinalizers(this.client, kinds[kind], object, edit, this.signal);
    if (written !== undefined) this.keep(kind, written);
  }

  /** Writes only what differs. */
  async setStatus(kind: KindName, object: SimObject, status: Readonly<Record<string, unknown>>): Promise<void> {
    const current = this.find(kind, object.metadata.name, object.metadata.namespace)?.status ?? {};
    const same = Object.entries(status).every(
      ([key, value]) => JSON.stringify(current[key] ?? null) === JSON.stringify(value ?? null),
    );
    if (same) return;
    await this.unlessGone(async () =>
      this.keep(kind, await this.client.patchStatus(kinds[kind], object, status, this.signal)),
    );
  }

  async remove(kind: KindName, object: SimObject): Promise<void> {
    await this.client.delete(kinds[kind], object, this.signal);
  }

  /** What the namespace controller does with one that is being deleted, as far as a lease is concerned. */
  async dissolve(namespace: SimObject): Promise<void> {
    await this.unlessGone(async () => {
      await this.client.deleteLeases(namespace.metadata.name, this.signal);
      return await this.client.finalizeNamespace(namespace, this.signal);
    });
  }

  private async unlessGone(work: () => Promise<SimObject>): Promise<SimObject | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isStatus(error, 404, 409)) return undefined;
      throw error;
    }
  }

  private keep(kind: KindName, object: SimObject): SimObject {
    const collection = this.objects.get(kind);
    // The answer came after its event: what is known is as new, or newer, or gone.
    if (age(object) <= (this.followed.get(kind) ?? 0)) return object;
    const { deletionTimestamp, finalizers } = object.metadata;
    // The write that took the last finalizer was the end of the object; its event may have come before this answer.
    if (deletionTimestamp !== undefined && (finalizers ?? []).length === 0) collection?.delete(keyOf(object));
    else collection?.set(keyOf(object), object);
    return object;
  }

  private async follow(kind: KindName, listed: () => void): Promise<void> {
    const collection = this.objects.get(kind) ?? new Map<string, SimObject>();
    while (!this.signal.aborted) {
      try {
        const { items, resourceVersion } = await this.client.list(kinds[kind], this.signal);
        collection.clear();
        this.followed.set(kind, Number(resourceVersion));
        for (const item of items) collection.set(keyOf(item), item);
        listed();
        this.changed();
        await this.consume(kind, collection, resourceVersion);
      } catch (error) {
        if (this.signal.aborted) return;
        // The API server may be down on purpose: the player waits for it as an operator would.
        await new Promise((resolve) => setTimeout(resolve, 200));
        if (isStatus(error, 404)) listed();
      }
    }
  }

  private async consume(kind: KindName, collection: Map<string, SimObject>, resourceVersion: string): Promise<void> {
    for await (const event of this.client.watch(kinds[kind], resourceVersion, this.signal)) {
      if (event.type === "ERROR") return;
      this.followed.set(kind, age(event.object));
      if (event.type === "BOOKMARK") continue;
      const known = collection.get(keyOf(event.object));
      // An event may be older than what an own write has already answered.
      if (known === undefined || age(event.object) >= age(known)) {
        if (event.type === "DELETED") collection.delete(keyOf(event.object));
        else collection.set(keyOf(event.object), event.object);
      }
      this.changed();
    }
  }
}
