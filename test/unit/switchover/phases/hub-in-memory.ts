import type { KubeClient, KubeObject, ListQuery, ObjectRef, Resource } from "../../../../steps/lib/kube/types.ts";
import type { Change } from "../../../../steps/lib/phase/types.ts";

/** What the server says to a write on an object that is gone. */
export class ObjectGone extends Error {}

/** The objects of a hub, as the steps read them and as their writes leave them. Nothing moves by itself. */
export class HubInMemory {
  readonly name: string;
  readonly now: number;
  private readonly objects = new Map<string, KubeObject[]>();
  private created = 0;

  constructor(name: string, now: number) {
    this.name = name;
    this.now = now;
  }

  put<T extends KubeObject>(resource: Resource<T>, objects: readonly T[]): void {
    this.objects.set(keyOf(resource), structuredClone([...objects]));
  }

  all<T extends KubeObject>(resource: Resource<T>): readonly T[] {
    // `put` is the only way in, and takes objects of this resource.
    return (this.objects.get(keyOf(resource)) ?? []) as unknown as readonly T[];
  }

  /** What a planner gets cannot be changed by it. */
  client(): KubeClient {
    const find = async (resource: Resource, ref: ObjectRef): Promise<KubeObject | undefined> => {
      const found = this.all(resource).find((one) => isAt(one, ref));
      return found === undefined ? undefined : deepFreeze(structuredClone(found));
    };
    const list = async (
      resource: Resource,
      query: ListQuery,
      { project = (item: KubeObject): unknown => item }: { readonly project?: (item: KubeObject) => unknown },
    ) => ({
      items: this.all(resource)
        .filter((one) => selects(query, one))
        .map((one) => deepFreeze(project(structuredClone(one)))),
      resourceVersion: "1",
    });
    const serverVersion = async () => ({ gitVersion: "v1.31.0", serverTime: this.now });
    // Reading steps call nothing else.
    return { name: this.name, find, list, serverVersion } as unknown as KubeClient;
  }

  apply(change: Change): void {
    const all = this.all(change.resource);
    const found = all.find((one) => isAt(one, change.ref));
    const others = all.filter((one) => one !== found);
    if (change.verb === "create") {
      if (found !== undefined) throw new Error(`${change.summary}: it exists`);
      this.put(change.resource, [...others, this.withIdentity(change.body)]);
      return;
    }
    if (change.verb === "replace") {
      if (found === undefined) throw new ObjectGone(change.summary);
      this.put(change.resource, [...others, change.body]);
      return;
    }
    if (change.precondition?.uid !== undefined && found !== undefined && found.metadata.uid !== change.precondition.uid)
      throw new Error(`${change.summary}: it is another object`);
    if (change.verb === "delete") {
      this.put(change.resource, others);
      return;
    }
    if (found === undefined) throw new ObjectGone(change.summary);
    this.put(change.resource, [...others, mergePatched(found, change.patch) as KubeObject]);
  }

  /** What happens while a run waits: what is being deleted goes. */
  endDeletions(resource: Resource): void {
    this.put(
      resource,
      this.all(resource).filter(({ metadata }) => metadata.deletionTimestamp === undefined),
    );
  }

  private withIdentity(body: KubeObject): KubeObject {
    this.created += 1;
    const creationTimestamp = new Date(this.now).toISOString();
    return { ...body, metadata: { ...body.metadata, uid: `${this.name}-${this.created}`, creationTimestamp } };
  }
}

function keyOf({ group, plural }: Resource): string {
  return `${group}/${plural}`;
}

function isAt({ metadata }: KubeObject, { name, namespace }: ObjectRef): boolean {
  return metadata.name === name && metadata.namespace === namespace;
}

function selects({ namespace, labelSelector }: ListQuery, { metadata }: KubeObject): boolean {
  const [key = "", value] = (labelSelector ?? "").split("=");
  const label = metadata.labels?.[key];
  // A selector without a value asks only that the label is there.
  const isChosen = key === "" || (value === undefined ? label !== undefined : label === value);
  return (namespace === undefined || metadata.namespace === namespace) && isChosen;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const merged: Record<string, unknown> = { ...(isFields(target) ? target : {}) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatched(merged[key], value);
  }
  return merged;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
