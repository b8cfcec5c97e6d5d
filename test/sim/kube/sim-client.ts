import { readFile } from "node:fs/promises";
import { Agent, request } from "node:https";
import { parse } from "yaml";

// The simulator's own way to an API server: it must share no code with the program that it tests.

export interface SimMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string;
    readonly controller?: boolean;
  }[];
}

/** Any object; the players read fields by name and accept that any may be absent. */
export interface SimObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: SimMeta;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
  /** Of a ValidatingWebhookConfiguration. */
  readonly webhooks?: readonly unknown[];
}

export interface SimKind {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  /** Status is written by its own endpoint. */
  readonly statusEndpoint: boolean;
}

interface Kubeconfig {
  readonly clusters: readonly {
    readonly cluster: { readonly server: string; readonly "certificate-authority-data": string };
  }[];
  readonly users: readonly { readonly user: { readonly token: string } }[];
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

export class SimApiError extends Error {
  readonly status: number;

  constructor(status: number, what: string, text: string) {
    super(`${what} answered ${status}: ${text.slice(0, 1000)}`);
    this.status = status;
  }
}

export function isStatus(error: unknown, ...statuses: readonly number[]): boolean {
  return error instanceof SimApiError && statuses.includes(error.status);
}

/** A REST client of one API server by token. */
export class SimClient {
  private readonly server: URL;
  private readonly token: string;
  private readonly agent: Agent;

  private constructor(server: URL, token: string, authority: string) {
    this.server = server;
    this.token = token;
    this.agent = new Agent({ keepAlive: true, ca: authority });
  }

  static async open(kubeconfig: string): Promise<SimClient> {
    // A kubeconfig that the test platform wrote: one cluster, one user with a token.
    const config = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
    const cluster = config.clusters[0]?.cluster;
    const authority = Buffer.from(cluster?.["certificate-authority-data"] ?? "", "base64").toString("utf8");
    return new SimClient(new URL(cluster?.server ?? ""), config.users[0]?.user.token ?? "", authority);
  }

  close(): void {
    this.agent.destroy();
  }

  async list(
    kind: SimKind,
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly SimObject[]; readonly resourceVersion: string }> {
    const answer = await this.json("GET", collection(kind), undefined, signal);
    const list = answer as unknown as {
      readonly items: readonly SimObject[];
      readonly metadata: { readonly resourceVersion: string };
    };
    return { items: list.items, resourceVersion: list.metadata.resourceVersion };
  }

  /** @param search query of the request, such as `?dryRun=All` */
  async create(kind: SimKind, body: SimObject, signal: AbortSignal, search = ""): Promise<SimObject> {
    return await this.json("POST", `${collection(kind, body.metadata.namespace)}${search}`, body, signal);
  }

  async find(kind: SimKind, object: SimObject, signal: AbortSignal): Promise<SimObject | undefined> {
    try {
      return await this.json("GET", path(kind, object.metadata), undefined, signal);
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }

  async patch(kind: SimKind, object: SimObject, patch: unknown, signal: AbortSignal): Promise<SimObject> {
    return await this.json("PATCH", path(kind, object.metadata), patch, signal);
  }

  /** Merges into `status`, by its endpoint where the kind has one. */
  async patchStatus(
    kind: SimKind,
    object: SimObject,
    status: unknown,
    signal: AbortSignal,
    search = "",
  ): Promise<SimObject> {
    const tail = kind.statusEndpoint ? "/status" : "";
    return await this.json("PATCH", `${path(kind, object.metadata)}${tail}${search}`, { status }, signal);
  }

  /** An absent object is fine. */
  async delete(kind: SimKind, object: SimObject, signal: AbortSignal): Promise<void> {
    try {
      await this.json("DELETE", path(kind, object.metadata), undefined, signal);
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }

  async deleteLeases(namespace: string, signal: AbortSignal): Promise<void> {
    await this.json("DELETE", `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`, undefined, signal);
  }

  /** Ends a namespace that is being deleted, whatever is left in it. */
  async finalizeNamespace({ metadata }: SimObject, signal: AbortSignal): Promise<SimObject> {
    const body = { apiVersion: "v1", kind: "Namespace", metadata, spec: { finalizers: [] } };
    return await this.json("PUT", `/api/v1/namespaces/${metadata.name}/finalize`, body, signal);
  }

  /** Lines of a watch from `resourceVersion` on. */
  async *watch(
    kind: SimKind,
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ readonly type: string; readonly object: SimObject }> {
    const search = `?watch=true&allowWatchBookmarks=true&resourceVersion=${resourceVersion}&timeoutSeconds=280`;
    const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
      const sent = request(this.options("GET", `${collection(kind)}${search}`, signal), resolve);
      sent.once("error", reject);
      sent.end();
    });
    let rest = "";
    for await (const chunk of response.setEncoding("utf8")) {
      const lines = `${rest}${chunk}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield JSON.parse(line);
    }
  }

  private async json(method: string, target: string, body: unknown, signal: AbortSignal): Promise<SimObject> {
    const answer = await this.send(method, target, body, signal);
    if (answer.status >= 300) throw new SimApiError(answer.status, `${method} ${target}`, answer.text);
    return JSON.parse(answer.text) as SimObject;
  }

  private send(method: string, target: string, body: unknown, signal: AbortSignal): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const sent = request(this.options(method, target, signal, text), (response) => {
        let answer = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          answer += chunk;
        });
        response.once("end", () => resolve({ status: response.statusCode ?? 0, text: answer }));
        response.once("error", reject);
      });
      sent.once("error", reject);
      sent.end(text);
    });
  }

  private options(method: string, target: string, signal: AbortSignal, text?: string) {
    const type = method === "PATCH" ? "application/merge-patch+json" : "application/json";
    return {
      agent: this.agent,
      host: this.server.hostname,
      port: this.server.port,
      path: target,
      method,
      signal,
      headers: {
        authorization: `Bearer ${this.token}`,
        accept: "application/json",
        ...(text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) }),
      },
    };
  }
}

function collection(kind: SimKind, namespace?: string): string {
  const root = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return `${root}${namespace === undefined ? "" : `/namespaces/${namespace}`}/${kind.plural}`;
}

function path(kind: SimKind, { name, namespace }: SimMeta): string {
  return `${collection(kind, namespace)}/${name}`;
}
