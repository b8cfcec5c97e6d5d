import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { classifyAccess } from "./access-review.ts";
import { readIssuedToken } from "./issued-token.ts";
import { isKubeError } from "./kube-error.ts";
import { readLines } from "./line-reader.ts";
import { ListPages } from "./list-pages.ts";
import type { Login } from "./login.ts";
import { attemptOf, objectPath, queryString } from "./resource-path.ts";
import type { RestCall, RestCalls } from "./rest-calls.ts";
import { RestWrites } from "./rest-writes.ts";
import { readServerVersion } from "./server-version.ts";
import type {
  AccessAnswer,
  AccessRequest,
  ApplyOptions,
  CallOptions,
  Credential,
  DeleteOptions,
  DeleteOutcome,
  IssuedToken,
  JsonPatchOperation,
  KubeClient,
  KubeObject,
  ListQuery,
  ListResult,
  ObjectRef,
  PatchOptions,
  Resource,
  ServerVersion,
  WatchEvent,
  WatchOptions,
  WriteOptions,
} from "./types.ts";
import { watchCollection } from "./watch-collection.ts";

export interface RestClientOptions {
  readonly name: string;
  readonly server: string;
  readonly calls: RestCalls;
  readonly login: Login;
  readonly fieldManager: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly watchIdleMs: number;
  readonly close: () => void;
}

const maximumLogBytes = 4 * 1024 * 1024;
const pods: Resource = { group: "", version: "v1", plural: "pods", kind: "Pod", scope: "namespaced" };
const reviews: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  scope: "cluster",
};

const serviceAccounts: Resource = {
  group: "",
  version: "v1",
  plural: "serviceaccounts",
  kind: "ServiceAccount",
  scope: "namespaced",
};

interface AccessReview extends KubeObject {
  readonly status?: { readonly allowed?: boolean; readonly reason?: string };
}

/** `KubeClient` over REST calls. */
export class RestClient implements KubeClient {
  readonly name: string;
  readonly server: string;
  private readonly calls: RestCalls;
  private readonly writes: RestWrites;
  private readonly options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.name = options.name;
    this.server = options.server;
    this.calls = options.calls;
    this.writes = new RestWrites(options.calls, options.fieldManager);
    this.options = options;
  }

  async get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options: CallOptions): Promise<T> {
    const attempt = attemptOf("get", resource, ref);
    const call: RestCall = { method: "GET", path: objectPath(resource, ref), attempt, repeatable: true };
    return await this.calls.json<T>(call, options);
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
    return await new ListPages(this.calls, resource, query, { ...options, project: projection(options) }).all();
  }

  watch<T extends KubeObject, P = T>(
    resource: Resource<T>,
    query: ListQuery,
    options: WatchOptions & { readonly project?: (item: T) => P },
  ): AsyncIterable<WatchEvent<P>> {
    const { calls, options: environment } = this;
    return watchCollection({ calls, environment }, { resource, query, options, project: projection(options) });
  }

  create<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T> {
    return this.writes.create(resource, body, options);
  }

  apply<T extends KubeObject>(resource: Resource<T>, body: T, options: ApplyOptions): Promise<T> {
    return this.writes.apply(resource, body, options);
  }

  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T> {
    return this.writes.mergePatch(resource, ref, patch, options);
  }

  jsonPatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions & { readonly subresource?: string },
  ): Promise<T> {
    return this.writes.jsonPatch(resource, ref, operations, options);
  }

  replace<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T> {
    return this.writes.replace(resource, body, options);
  }

  delete(resource: Resource, ref: ObjectRef, options: DeleteOptions): Promise<DeleteOutcome> {
    return this.writes.delete(resource, ref, options);
  }

  async reviewAccess(requests: readonly AccessRequest[], options: CallOptions): Promise<readonly AccessAnswer[]> {
    return await Promise.all(requests.map((request) => this.reviewOne(request, options)));
  }

  private async reviewOne(request: AccessRequest, options: CallOptions): Promise<AccessAnswer> {
    const { path, body } = classifyAccess(request);
    // A review is a question in the form of a creation: nothing is kept of it.
    const call: RestCall = {
      method: "POST",
      path,
      body,
      attempt: { verb: "create", resource: reviews },
      repeatable: true,
    };
    const { status } = await this.calls.json<AccessReview>(call, options);
    return { request, allowed: status?.allowed === true, reason: status?.reason ?? "" };
  }

  async requestToken(account: ObjectRef, seconds: number, options: CallOptions): Promise<IssuedToken> {
    const call: RestCall = {
      method: "POST",
      path: objectPath(serviceAccounts, account, "token"),
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { expirationSeconds: seconds },
      },
      attempt: attemptOf("create", serviceAccounts, account, "token"),
      // A second token harms nobody; the first expires unused.
      repeatable: true,
    };
    return await this.calls.call(call, options, readIssuedToken);
  }

  async podLog(
    ref: ObjectRef,
    query: { readonly container?: string; readonly tailLines: number },
    options: CallOptions,
  ): Promise<string> {
    const search = queryString({ container: query.container, tailLines: query.tailLines, limitBytes: maximumLogBytes });
    const path = objectPath(pods, ref, "log") + search;
    const attempt = attemptOf("get", pods, ref, "log");
    return await this.calls.call({ method: "GET", path, attempt, repeatable: true }, options, (answer) => answer.body);
  }

  async *podLogLines(
    ref: ObjectRef,
    query: { readonly container?: string },
    options: CallOptions,
  ): AsyncGenerator<string> {
    const path = objectPath(pods, ref, "log") + queryString({ container: query.container, follow: true });
    const call: RestCall = { method: "GET", path, attempt: attemptOf("get", pods, ref, "log"), repeatable: true };
    try {
      yield* readLines(this.calls.bytes(call, options));
    } catch (error) {
      throw this.calls.described(error, call);
    }
  }

  async serverVersion(options: CallOptions): Promise<ServerVersion> {
    const call: RestCall = { method: "GET", path: "/version", attempt: { verb: "get" }, repeatable: true };
    return await this.calls.call(call, options, readServerVersion);
  }

  async credential(): Promise<Credential> {
    const { token, clientCertificate } = await this.options.login.current(new AbortController().signal);
    if (token !== undefined) {
      return { kind: "token", token };
    }
    return { kind: clientCertificate === undefined ? "none" : "client-certificate" };
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
}

/** Without `project` P is T: the overloads of `KubeClient` say so. */
function projection<T, P>(options: { readonly project?: (item: T) => P }): (item: T) => P {
  return options.project ?? ((item) => item as unknown as P);
}
