import { type KindName, kinds } from "../sim/kinds.ts";
import { isStatus, SimClient, type SimObject } from "../sim/kube/sim-client.ts";
import { eventually } from "./eventually.ts";
import { backupNamespace } from "./hubs.ts";

type Body = Omit<SimObject, "apiVersion" | "kind">;

/** A hub whose Velero is asked to prove a statement: real or played, reached in the same way. */
export class VeleroHub {
  private readonly client: SimClient;
  private readonly patienceMs: number;
  private readonly signal = new AbortController().signal;

  private constructor(client: SimClient, patienceMs: number) {
    this.client = client;
    this.patienceMs = patienceMs;
  }

  static async open(kubeconfig: string, patienceMs: number): Promise<VeleroHub> {
    return new VeleroHub(await SimClient.open(kubeconfig), patienceMs);
  }

  close(): void {
    this.client.close();
  }

  async create(kind: KindName, body: Body): Promise<SimObject> {
    const { group, version, kind: name } = kinds[kind];
    const apiVersion = group === "" ? version : `${group}/${version}`;
    return await this.client.create(kinds[kind], { ...body, apiVersion, kind: name }, this.signal);
  }

  async list(kind: KindName): Promise<readonly SimObject[]> {
    return (await this.client.list(kinds[kind], this.signal)).items;
  }

  async find(kind: KindName, name: string, namespace?: string): Promise<SimObject | undefined> {
    const all = await this.list(kind);
    return all.find(
      ({ metadata }) => metadata.name === name && (namespace ?? metadata.namespace) === metadata.namespace,
    );
  }

  async get(kind: KindName, name: string, namespace?: string): Promise<SimObject> {
    const found = await this.find(kind, name, namespace);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  async patch(kind: KindName, object: SimObject, patch: unknown): Promise<void> {
    await this.client.patch(kinds[kind], object, patch, this.signal);
  }

  async setStatus(kind: KindName, name: string, status: unknown): Promise<void> {
    await this.client.patchStatus(kinds[kind], await this.get(kind, name), status, this.signal);
  }

  async remove(kind: KindName, object: SimObject): Promise<void> {
    await this.client.delete(kinds[kind], object, this.signal);
  }

  async namespace(name: string): Promise<void> {
    try {
      await this.create("namespaces", { metadata: { name } });
    } catch (error) {
      if (!isStatus(error, 409)) throw error;
    }
  }

  async secret(namespace: string, name: string, more: Partial<SimObject["metadata"]> = {}, value = "1"): Promise<void> {
    await this.create("secrets", { metadata: { name, namespace, ...more }, data: { value: btoa(value) } });
  }

  async backup(name: string, spec: Readonly<Record<string, unknown>>, metadata: Partial<SimObject["metadata"]> = {}) {
    return await this.create("veleroBackups", { metadata: { name, namespace: backupNamespace, ...metadata }, spec });
  }

  async restore(name: string, backupName: string, spec: Readonly<Record<string, unknown>> = {}): Promise<void> {
    await this.create("veleroRestores", {
      metadata: { name, namespace: backupNamespace },
      spec: { backupName, ...spec },
    });
  }

  /** From now on each object after every change, in the order of the server, until the reader leaves. */
  async changes(kind: KindName): Promise<AsyncGenerator<SimObject>> {
    const { resourceVersion } = await this.client.list(kinds[kind], this.signal);
    return this.changesSince(kind, resourceVersion);
  }

  private async *changesSince(kind: KindName, resourceVersion: string): AsyncGenerator<SimObject> {
    let since = resourceVersion;
    for (;;) {
      for await (const { type, object } of this.client.watch(kinds[kind], since, this.signal)) {
        if (type === "ERROR") throw new Error(`the watch of ${kind} ended: ${JSON.stringify(object)}`);
        since = object.metadata.resourceVersion ?? since;
        if (type !== "BOOKMARK") yield object;
      }
    }
  }

  /** Until the check holds, as long as a Velero of this kind may take. */
  async eventually(check: () => Promise<void>): Promise<void> {
    await eventually(check, this.patienceMs);
  }

  /** Resolves with the object when it has this phase. */
  async phase(kind: KindName, name: string, phase: string): Promise<SimObject> {
    await this.eventually(async () => {
      const { status } = await this.get(kind, name, backupNamespace);
      if (status?.["phase"] !== phase) throw new Error(`${name} is not ${phase} but ${JSON.stringify(status)}`);
    });
    return await this.get(kind, name, backupNamespace);
  }
}
