import { differingFields, requestedFields } from "../phase/compare-fields.ts";
import { jsonPatchHolds } from "./json-patch-holds.ts";
import { isKubeError, type KubeError } from "./kube-error.ts";
import { attemptOf, collectionPath, objectPath, queryString } from "./resource-path.ts";
import type { RestCall, RestCalls } from "./rest-calls.ts";
import type {
  ApplyOptions,
  CallOptions,
  DeleteOptions,
  DeleteOutcome,
  JsonPatchOperation,
  KubeObject,
  ObjectRef,
  PatchOptions,
  Preconditions,
  Resource,
  WriteOptions,
} from "./types.ts";

function preconditions(options: Preconditions): Preconditions {
  return {
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.resourceVersion === undefined ? {} : { resourceVersion: options.resourceVersion }),
  };
}

/** The server compares uid and resourceVersion of a merge patch with the object, and refuses it when they differ. */
function conditional(patch: unknown, options: Preconditions): unknown {
  const metadata = preconditions(options);
  if (Object.keys(metadata).length === 0 || typeof patch !== "object" || patch === null) {
    return patch;
  }
  const own = "metadata" in patch && typeof patch.metadata === "object" ? patch.metadata : {};
  return { ...patch, metadata: { ...own, ...metadata } };
}

function isOnItsWayOut(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/**
 * The writes of a client. A write whose answer was lost is sent again; when the second one is then refused because the
 * first one was carried out, the object itself tells: it holds what was asked for.
 */
export class RestWrites {
  private readonly calls: RestCalls;
  private readonly fieldManager: string;

  constructor(calls: RestCalls, fieldManager: string) {
    this.calls = calls;
    this.fieldManager = fieldManager;
  }

  async create<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T> {
    const { name, namespace } = body.metadata;
    const call: RestCall = {
      method: "POST",
      path: collectionPath(resource, namespace) + this.query(options),
      body,
      attempt: attemptOf("create", resource, body.metadata),
      // The server makes a new name each time: a second one would be a second object.
      repeatable: Boolean(name) || options.dryRun !== undefined,
    };
    return await this.settled<T>(call, options, async (error) => {
      const found = error.reason === "AlreadyExists" ? await this.read(resource, body.metadata, options) : undefined;
      const isOurs = found !== undefined && differingFields(requestedFields(body), found).length === 0;
      return isOurs && !isOnItsWayOut(found) ? found : undefined;
    });
  }

  async apply<T extends KubeObject>(resource: Resource<T>, body: T, options: ApplyOptions): Promise<T> {
    const search = queryString({ ...this.values(options), force: options.force === true ? true : undefined });
    const call: RestCall = {
      method: "PATCH",
      path: objectPath(resource, body.metadata) + search,
      contentType: "application/apply-patch+yaml",
      body,
      attempt: attemptOf("patch", resource, body.metadata),
      repeatable: true,
      apply: true,
    };
    return await this.settled<T>(call, options, async (error) => {
      // Conditional, and what it depended on is gone by its own doing; or another manager was faster.
      const found = error.reason === "Conflict" ? await this.read(resource, body.metadata, options) : undefined;
      return found !== undefined && differingFields(requestedFields(body), found).length === 0 ? found : undefined;
    });
  }

  async mergePatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    patch: unknown,
    options: PatchOptions,
  ): Promise<T> {
    const call: RestCall = {
      method: "PATCH",
      path: objectPath(resource, ref, options.subresource) + this.query(options),
      contentType: "application/merge-patch+json",
      body: conditional(patch, options),
      attempt: attemptOf("patch", resource, ref, options.subresource),
      repeatable: true,
    };
    return await this.settled<T>(call, options, async (error) => {
      const found = error.reason === "Conflict" ? await this.read(resource, ref, options) : undefined;
      const isSame = options.uid === undefined || found?.metadata.uid === options.uid;
      return found !== undefined && isSame && differingFields(patch, found).length === 0 ? found : undefined;
    });
  }

  async jsonPatch<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    operations: readonly JsonPatchOperation[],
    options: WriteOptions & { readonly subresource?: string },
  ): Promise<T> {
    const call: RestCall = {
      method: "PATCH",
      path: objectPath(resource, ref, options.subresource) + this.query(options),
      contentType: "application/json-patch+json",
      body: operations,
      attempt: attemptOf("patch", resource, ref, options.subresource),
      // Without a test, adding to a list twice is not the same as once; with one, the second is refused.
      repeatable: operations.some(({ op }) => op === "test") || operations.every(({ op }) => op === "replace"),
    };
    return await this.settled<T>(call, options, async (error) => {
      const found = error.reason === "Invalid" ? await this.read(resource, ref, options) : undefined;
      return jsonPatchHolds(operations, found) ? found : undefined;
    });
  }

  async replace<T extends KubeObject>(resource: Resource<T>, body: T, options: WriteOptions): Promise<T> {
    const call: RestCall = {
      method: "PUT",
      path: objectPath(resource, body.metadata) + this.query(options),
      body,
      attempt: attemptOf("update", resource, body.metadata),
      repeatable: true,
    };
    return await this.settled<T>(call, options, async (error) => {
      const found = error.reason === "Conflict" ? await this.read(resource, body.metadata, options) : undefined;
      const isSame = body.metadata.uid === undefined || found?.metadata.uid === body.metadata.uid;
      return found !== undefined && isSame && differingFields(requestedFields(body), found).length === 0
        ? found
        : undefined;
    });
  }

  async delete(resource: Resource, ref: ObjectRef, options: DeleteOptions): Promise<DeleteOutcome> {
    const wanted = preconditions(options);
    const call: RestCall = {
      method: "DELETE",
      path: objectPath(resource, ref),
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        ...(Object.keys(wanted).length === 0 ? {} : { preconditions: wanted }),
        ...(options.propagation === undefined ? {} : { propagationPolicy: options.propagation }),
        ...(options.dryRun === undefined ? {} : { dryRun: [options.dryRun] }),
      },
      attempt: attemptOf("delete", resource, ref),
      repeatable: true,
    };
    try {
      await this.settled<KubeObject>(call, options, async (error) => {
        const found = error.reason === "Conflict" ? await this.read(resource, ref, options) : undefined;
        const isSame = options.uid === undefined || found?.metadata.uid === options.uid;
        return found !== undefined && isSame && isOnItsWayOut(found) ? found : undefined;
      });
      return "deleting";
    } catch (error) {
      if (isKubeError(error, "NotFound", "KindAbsent")) {
        return "absent";
      }
      throw error;
    }
  }

  /** `settle` is asked when an answer was lost and a later attempt was refused: what the object says, or `undefined`. */
  private async settled<T>(
    call: RestCall,
    options: CallOptions,
    settle: (error: KubeError) => Promise<T | undefined>,
  ): Promise<T> {
    let wasLost = false;
    const onRepeat = (error: KubeError): void => {
      wasLost ||= error.unclear;
    };
    try {
      return await this.calls.json<T>({ ...call, onRepeat }, options);
    } catch (error) {
      const settledAs = wasLost && isKubeError(error) ? await settle(error) : undefined;
      if (settledAs === undefined) {
        throw error;
      }
      return settledAs;
    }
  }

  private async read<T extends KubeObject>(
    resource: Resource<T>,
    ref: ObjectRef,
    options: CallOptions,
  ): Promise<T | undefined> {
    const attempt = attemptOf("get", resource, ref);
    const call: RestCall = { method: "GET", path: objectPath(resource, ref), attempt, repeatable: true };
    try {
      return await this.calls.json<T>(call, options);
    } catch (error) {
      if (isKubeError(error, "NotFound")) {
        return undefined;
      }
      throw error;
    }
  }

  private values(options: WriteOptions): Readonly<Record<string, string | undefined>> {
    return { fieldManager: options.fieldManager ?? this.fieldManager, dryRun: options.dryRun };
  }

  private query(options: WriteOptions): string {
    return queryString(this.values(options));
  }
}
