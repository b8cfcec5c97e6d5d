import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { classifyAccess } from "./access-review.ts";
import { isKubeError } from "./kube-error.ts";
import { readLines } from "./line-reader.ts";
import { collectionPath, objectPath, queryString, selectors } from "./resource-path.ts";
import type { RestCall, RestCalls } from "./rest-calls.ts";
import type {
  AccessAnswer,
  AccessRequest,
  ApplyOptions,
  CallOptions,
  Credential,
  DeleteOutcome,
  JsonPatchOperation,
  KubeClient,
  KubeObject,
  ListQuery,
  ListResult,
  ObjectRef,
  Preconditions,
  Resource,
  WatchEvent,
  WriteOptions,
} from "./types.ts";
import { type RawWatchEvent, watchForever } from "./watch-stream.ts";

export interface RestClientOptions {
  readonly name: string;
  readonly server: string;
  readonly calls: RestCalls;
  readonly credential: () => Promise<Credential>;
  readonly fieldManager: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly close: () => void;
}

interface Page<T> {
  readonly items?: readonly T[];
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

const pageSize = 500;
// Below the 5 to 10 minutes after which an API server ends a watch, so that our own end comes first.
const watchSeconds = 290;
const maximumLogBytes = 4 * 1024 * 1024;

function attemptOf(
  verb: string,
  resource: Resource,
  ref: Partial<ObjectRef>,
  subresource?: string,
): RestCall["attempt"] {
  return {
    verb,
    resource,
    ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }),
    ...(ref.name === undefined ? {} : { name: ref.name }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function preconditions(options: Preconditions): Preconditions {
  return {
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.resourceVersion === undefined ? {} : { resourceVersion: options.resourceVersion }),
  };
}

function conditional(patch: unknown, options: Preconditions): unknown {
  const metadata = preconditions(options);
  if (Object.keys(metadata).length === 0 || typeof patch !== "object" || patch === null) {
    return patch;
  }
  const own = "metadata" in patch && typeof patch.metadata === "object" ? patch.metadata : {};
  // The server compares uid and resourceVersion of a merge patch with the object and answers 409 when they differ.
  return { ...patch, metadata: { ...own, ...metadata } };
}

/** `KubeClient` over REST calls. */
export class RestClient implements KubeClient {
  readonly name: string;
  readonly server: string;
  private readonly calls: RestCalls;
  private readonly options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.name = options.name;
    this.server = options.server;
    this.calls = options.calls;
    this.options = options;
  }

  async get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options: CallOptions): Promise<T> {
    const path = objectPath(resource, ref);
    return await this.calls.json<T>(
      { method: "GET", path, attempt: attemptOf("get", resource, ref), repeatable: true },
      options,
    );
  }

  async find<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options: CallOptions,
  ): Promise<T | undefined> {
    try {
      return await this.get(resource, ref, options);
    } catch (error) {
      if (isKubeError(error, "NotFound", "KindAbsent")) {
        return undefined;
      }
      throw error;
    }
  }

  async list<T extends KubeObject, P = T>(
    resource: Resource<T>,
    query: ListQuery,
    options: CallOptions & { readonly project?: (item: T) => P },
  ): Promise<ListResult<P>> {
    for (;;) {
      try {
        return await this.listPages(resource, query, options);
      } catch (error) {
        // The continue token outlived the server's history: start over, nothing was kept.
        if (!isKubeError(error, "Gone")) {
          throw error;
        }
      }
    }
  }

  private async listPages<T extends KubeObject, P>(
    resource: Resource<T>,
    query: ListQuery,
    options: CallOptions & { readonly project?: (item: T) => P },
  ): Promise<ListResult<P>> {
    // Without `project` P is T: the overloads of KubeClient say so.
    const project = options.project ?? ((item: T) => item as unknown as P);
    const items: P[] = [];
    let next: string | undefined;
    for (;;) {
      const search = queryString({ ...selectors(query), limit: query.limit ?? pageSize, continue: next });
      const path = collectionPath(resource, query.namespace) + search;
      const page = await this.calls.json<Page<T>>(
        { method: "GET", path, attempt: attemptOf("list", resource, query), repeatable: true },
        options,
      );
      for (const item of page.items ?? []) {
        items.push(project(item));
      }
      next = page.metadata?.continue;
      if (next === undefined || next === "") {
        return { items, resourceVersion: page.metadata?.resourceVersion ?? "" };
      }
    }
  }

  watch<T extends KubeObject>(
    resource: Resource<T>,
    query: ListQuery,
    options: CallOptions,
  ): AsyncIterable<WatchEvent<T>> {
    return watchForever<T>(
      {
        list: () => this.list<T>(resource, query, options),
        open: (resourceVersion) => this.openWatch(resource, query, resourceVersion, options),
      },
      {
        clock: this.options.clock,
        random: this.options.random,
        signal: options.signal,
        onInterrupted: (reason) =>
          this.options.log.debug(`watch of ${resource.plural} ended, resuming`, { hub: this.name, reason }),
      },
    );
  }

  private async *openWatch<T extends KubeObject>(
    resource: Resource<T>,
    query: ListQuery,
    resourceVersion: string,
    options: CallOptions,
  ): AsyncGenerator<RawWatchEvent<T>> {
    const search = queryString({
      ...selectors(query),
      watch: true,
      allowWatchBookmarks: true,
      timeoutSeconds: watchSeconds,
      resourceVersion,
    });
    const call: RestCall = {
      method: "GET",
      path: collectionPath(resource, query.namespace) + search,
      attempt: attemptOf("watch", resource, query),
      repeatable: false,
    };
    for await (const line of readLines(this.calls.bytes(call, options, "bookmarks"))) {
      const event = parseEvent<T>(line);
      if (event === undefined) {
        // A line that was cut off: the watch resumes from the last whole one.
        return;
      }
      yield event;
    }
  }

  async create<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T> {
    const path = collectionPath(resource, body.metadata.namespace) + this.writeQuery(options);
    const attempt = attemptOf("create", resource, body.metadata);
    return await this.calls.json<T>({ method: "POST", path, body, attempt, repeatable: false }, options);
  }

  async apply<T extends KubeObject>(resource: Resource<T>, body: T, options: ApplyOptions): Promise<T> {
    const search = queryString({ ...this.writeValues(options), force: options.force === true ? true : undefined });
    return await this.calls.json<T>(
      {
        method: "PATCH",
        path: objectPath(resource, body.metadata) + search,
        contentType: "application/apply-patch+yaml",
        body,
        attempt: attemptOf("patch", resource, body.metadata),
        repeatable: true,
        apply: true,
      },
      options,
    );
  }

  async mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: unknown,
    options: WriteOptions & Preconditions & { readonly subresource?: string },
  ): Promise<T> {
    return await this.calls.json<T>(
      {
        method: "PATCH",
        path: objectPath(resource, ref, options.subresource) + this.writeQuery(options),
        contentType: "application/merge-patch+json",
        body: conditional(patch, options),
        attempt: attemptOf("patch", resource, ref, options.subresource),
        repeatable: true,
      },
      options,
    );
  }

  async jsonPatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions & { readonly subresource?: string },
  ): Promise<T> {
    return await this.calls.json<T>(
      {
        method: "PATCH",
        path: objectPath(resource, ref, options.subresource) + this.writeQuery(options),
        contentType: "application/json-patch+json",
        body: operations,
        attempt: attemptOf("patch", resource, ref, options.subresource),
        // Adding to a list twice is not the same as once.
        repeatable: operations.every((operation) => operation.op === "test" || operation.op === "replace"),
      },
      options,
    );
  }

  async replace<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T> {
    return await this.calls.json<T>(
      {
        method: "PUT",
        path: objectPath(resource, body.metadata) + this.writeQuery(options),
        body,
        attempt: attemptOf("update", resource, body.metadata),
        repeatable: false,
      },
      options,
    );
  }

  async delete(
    resource: Resource,
    ref: ObjectRef,
    options: WriteOptions & Preconditions & { readonly propagation?: "Background" | "Foreground" | "Orphan" },
  ): Promise<DeleteOutcome> {
    const wanted = preconditions(options);
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(Object.keys(wanted).length === 0 ? {} : { preconditions: wanted }),
      ...(options.propagation === undefined ? {} : { propagationPolicy: options.propagation }),
      ...(options.dryRun === undefined ? {} : { dryRun: [options.dryRun] }),
    };
    const path = objectPath(resource, ref);
    try {
      await this.calls.json(
        { method: "DELETE", path, body, attempt: attemptOf("delete", resource, ref), repeatable: true },
        options,
      );
      return "deleting";
    } catch (error) {
      if (isKubeError(error, "NotFound", "KindAbsent")) {
        return "absent";
      }
      throw error;
    }
  }

  async reviewAccess(requests: readonly AccessRequest[], options: CallOptions): Promise<readonly AccessAnswer[]> {
    return await Promise.all(
      requests.map(async (request) => {
        const { path, body } = classifyAccess(request);
        const attempt = { verb: "create", resource: reviews };
        const review = await this.calls.json<{
          readonly status?: { readonly allowed?: boolean; readonly reason?: string };
        }>({ method: "POST", path, body, attempt, repeatable: true }, options);
        return { request, allowed: review.status?.allowed === true, reason: review.status?.reason ?? "" };
      }),
    );
  }

  async podLog(
    ref: ObjectRef,
    query: { readonly container?: string; readonly tailLines: number },
    options: CallOptions,
  ): Promise<string> {
    const search = queryString({ container: query.container, tailLines: query.tailLines, limitBytes: maximumLogBytes });
    const path = objectPath(pods, ref, "log") + search;
    const attempt = attemptOf("get", pods, ref, "log");
    return (await this.calls.answer({ method: "GET", path, attempt, repeatable: true }, options)).body;
  }

  podLogLines(ref: ObjectRef, query: { readonly container?: string }, options: CallOptions): AsyncIterable<string> {
    const path = objectPath(pods, ref, "log") + queryString({ container: query.container, follow: true });
    const call: RestCall = { method: "GET", path, attempt: attemptOf("get", pods, ref, "log"), repeatable: false };
    return readLines(this.calls.bytes(call, options, "none"));
  }

  async serverVersion(options: CallOptions): Promise<{ readonly gitVersion: string; readonly serverTime: number }> {
    const answer = await this.calls.answer(
      { method: "GET", path: "/version", attempt: { verb: "get" }, repeatable: true },
      options,
    );
    const date = answer.headers["date"];
    const version: unknown = JSON.parse(answer.body);
    const gitVersion =
      typeof version === "object" && version !== null && "gitVersion" in version
        ? String(version.gitVersion)
        : "unknown";
    return { gitVersion, serverTime: typeof date === "string" ? Date.parse(date) : Number.NaN };
  }

  async credential(): Promise<Credential> {
    return await this.options.credential();
  }

  warnings(): readonly string[] {
    return this.calls.warnings;
  }

  requestCount(): number {
    return this.calls.count;
  }

  async close(): Promise<void> {
    this.options.close();
  }

  private writeValues(options: WriteOptions): Readonly<Record<string, string | undefined>> {
    return { fieldManager: options.fieldManager ?? this.options.fieldManager, dryRun: options.dryRun };
  }

  private writeQuery(options: WriteOptions): string {
    return queryString(this.writeValues(options));
  }
}

function parseEvent<T extends KubeObject>(line: string): RawWatchEvent<T> | undefined {
  try {
    // Each line of a watch is one event of the watched resource.
    return JSON.parse(line) as RawWatchEvent<T>;
  } catch {
    return undefined;
  }
}

const pods: Resource = { group: "", version: "v1", plural: "pods", kind: "Pod", scope: "namespaced" };
const reviews: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  scope: "cluster",
};
