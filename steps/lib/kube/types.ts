import type { Logger } from "../log/logger.ts";

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly generateName?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly unknown[];
}

/** Any object of any API. Areas narrow it to the fields that they read. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: ObjectMeta;
}

/**
 * Which collection of which API. A constant beside the type that it serves, so that no call needs API discovery.
 * `T` is the shape that calls on this resource return: the API server's answer is trusted to match only as far as
 * the area's readers check it.
 *
 * @example const restores: Resource<AcmRestore> = { group: "cluster.open-cluster-management.io", version: "v1beta1", plural: "restores", kind: "Restore", scope: "namespaced" };
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** Empty string for the core API. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly scope: "cluster" | "namespaced";
  /** Phantom: carries the type, never has a value. */
  readonly type?: T;
}

export interface ObjectRef {
  readonly name: string;
  readonly namespace?: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  /** Milliseconds for each attempt, from its start to the last byte of its answer; default 30,000. */
  readonly requestTimeoutMs?: number;
  /** How often the call is tried while it fails for passing reasons; default 5. */
  readonly attempts?: number;
  /** A lease renewal never queues behind a bulk patch. */
  readonly priority?: "high" | "normal";
}

export interface ListQuery {
  /** Absent on a namespaced resource = all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Page size, default 500. */
  readonly limit?: number;
  /** Stops after this many objects; 1 answers "is there any?" with one small request. A watch ignores it. */
  readonly atMost?: number;
}

export interface ListResult<T> {
  readonly items: readonly T[];
  /** Where a watch continues. */
  readonly resourceVersion: string;
}

export type WatchEvent<T> =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: T }
  /** The collection was listed anew (start, 410 Gone): forget everything that is not in `items`. */
  | { readonly type: "replaced"; readonly items: readonly T[] };

export interface WatchOptions extends CallOptions {
  /**
   * Lists anew after this many milliseconds, as a net below the watch: a server restored from a backup, for example,
   * stays silent towards a watch from a version that it has not reached again (Kubernetes 1.35). Default: never.
   */
  readonly relistMs?: number;
  /** Called when the collection cannot be followed for now, with the reason; and with `undefined` when it can be again. */
  readonly onTrouble?: (why: string | undefined) => void;
}

export interface WriteOptions extends CallOptions {
  /** `All` asks the server to validate and admit without persisting. */
  readonly dryRun?: "All";
  readonly fieldManager?: string;
}

export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export interface PatchOptions extends WriteOptions, Preconditions {
  readonly subresource?: string;
}

export interface DeleteOptions extends WriteOptions, Preconditions {
  readonly propagation?: "Background" | "Foreground" | "Orphan";
}

export interface ServerVersion {
  readonly gitVersion: string;
  /** The server's clock, milliseconds since the epoch. */
  readonly serverTime: number;
}

export interface ApplyOptions extends WriteOptions {
  /** Take over fields of other managers. Only where a specification says so. */
  readonly force?: boolean;
}

export interface JsonPatchOperation {
  readonly op: "add" | "remove" | "replace" | "move" | "copy" | "test";
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

export type DeleteOutcome = "deleting" | "absent";

/** A token of a ServiceAccount. */
export interface IssuedToken {
  readonly token: string;
  /** Milliseconds since the epoch; sooner than asked where the server has a limit. */
  readonly expiresAt: number;
}

/** One permission as `SelfSubjectAccessReview` asks for it. */
export interface AccessRequest {
  readonly verb: string;
  readonly group: string;
  /** `pods/log` form for a subresource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
}

export interface AccessAnswer {
  readonly request: AccessRequest;
  readonly allowed: boolean;
  readonly reason: string;
}

/**
 * Plain REST over one kubeconfig context. Every call retries 429, 5xx and connection failures with full jitter and
 * honours `Retry-After`. A write is sent again where that is safe; where its first answer was lost and the second one
 * says 409, the object is read: if it holds what was asked for, the write has succeeded. Permanent failures are thrown
 * as `KubeError` at once, with verb, object and missing permission in the text.
 */
export interface KubeClient {
  /** Name for messages: `primary`. */
  readonly name: string;
  /** `https://host:port`. */
  readonly server: string;
  /** @throws KubeError reason `NotFound` among others */
  get<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options: CallOptions): Promise<T>;
  /** As `get`; an absent object (404 of the object or of its CRD) is `undefined`. */
  find<T extends KubeObject>(resource: Resource<T>, ref: ObjectRef, options: CallOptions): Promise<T | undefined>;
  /** Pages of `limit`, each object projected as its page arrives, so that a large collection is never held whole. 410 starts over. */
  list<T extends KubeObject, P>(
    resource: Resource<T>,
    query: ListQuery,
    options: CallOptions & { readonly project: (item: T) => P },
  ): Promise<ListResult<P>>;
  list<T extends KubeObject>(resource: Resource<T>, query: ListQuery, options: CallOptions): Promise<ListResult<T>>;
  /** A new token of a ServiceAccount (`TokenRequest`) for so many seconds, at least 600. */
  requestToken(account: ObjectRef, seconds: number, options: CallOptions): Promise<IssuedToken>;
  /**
   * List, then watch with bookmarks; resumes after a cut, lists anew after 410. Passing failures, however long they
   * last, only interrupt it: it ends by its signal, or by an error that lasts.
   */
  watch<T extends KubeObject, P>(
    resource: Resource<T>,
    query: ListQuery,
    options: WatchOptions & { readonly project: (item: T) => P },
  ): AsyncIterable<WatchEvent<P>>;
  watch<T extends KubeObject>(
    resource: Resource<T>,
    query: ListQuery,
    options: WatchOptions,
  ): AsyncIterable<WatchEvent<T>>;
  create<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T>;
  /** Server-side apply. @throws KubeConflictError naming each field and its manager */
  apply<T extends KubeObject>(resource: Resource<T>, body: T, options: ApplyOptions): Promise<T>;
  /** `application/merge-patch+json`; null removes a key. */
  mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T>;
  /** `application/json-patch+json`. */
  jsonPatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions & { readonly subresource?: string },
  ): Promise<T>;
  /** Full replacement; `body.metadata.resourceVersion` makes it conditional. */
  replace<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T>;
  /** 404 is success (`absent`). */
  delete(resource: Resource, ref: ObjectRef, options: DeleteOptions): Promise<DeleteOutcome>;
  /** One `SelfSubjectAccessReview` per request, at bounded concurrency, answers in order. */
  reviewAccess(requests: readonly AccessRequest[], options: CallOptions): Promise<readonly AccessAnswer[]>;
  /** At most `tailLines` lines of one container's log. */
  podLog(
    ref: ObjectRef,
    query: { readonly container?: string; readonly tailLines: number },
    options: CallOptions,
  ): Promise<string>;
  /** One container's log as it grows (`follow=true`), a line at a time; ends with the container. */
  podLogLines(ref: ObjectRef, query: { readonly container?: string }, options: CallOptions): AsyncIterable<string>;
  /** `GET /version`, with the server's clock from the `Date` header (milliseconds since the epoch). */
  serverVersion(options: CallOptions): Promise<ServerVersion>;
  /** What the kubeconfig really sends: a bearer token, a client certificate, or a token that a plugin fetches. */
  credential(): Promise<Credential>;
  /** `Warning` headers that the API server sent, each once. */
  warnings(): readonly string[];
  /** Requests sent so far, retries included. */
  requestCount(): number;
  /** Closes the connections. */
  close(): Promise<void>;
}

export type Credential =
  | { readonly kind: "token"; readonly token: string }
  | { readonly kind: "client-certificate" }
  | { readonly kind: "none" };

export interface ClientOptions {
  /** Name for messages. */
  readonly name: string;
  readonly log: Logger;
  readonly userAgent: string;
  readonly fieldManager: string;
  /** Concurrent requests, default 16. */
  readonly concurrency?: number;
}
