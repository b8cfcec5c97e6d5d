import { isKubeError } from "./kube-error.ts";
import { attemptOf, collectionPath, queryString, selectors } from "./resource-path.ts";
import type { RestCall, RestCalls } from "./rest-calls.ts";
import { TransportError } from "./transport.ts";
import type { CallOptions, KubeObject, ListQuery, ListResult, Resource } from "./types.ts";

/** One answer of a list, its shape checked: a page that is none would read as "there is nothing". */
interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next: string | undefined;
}

const defaultPageSize = 500;
// A continue token is good for five minutes: a server that forgets it more often will not let the list end at all.
const maximumRestarts = 5;

/** @throws TransportError for anything that is no list */
export function parsePage(body: string): Page {
  const bad = (message: string, cause?: unknown): TransportError =>
    new TransportError({ reason: "BadResponse", status: 200, message }, cause);
  let value: { readonly items?: unknown; readonly metadata?: { resourceVersion?: unknown; continue?: unknown } } | null;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw bad(`the answer is no JSON, or was cut off after ${body.length} characters`, error);
  }
  // Go writes an empty list as null where its type has no default.
  const items = value?.items ?? (value?.items === null ? [] : undefined);
  const resourceVersion = value?.metadata?.resourceVersion;
  if (!Array.isArray(items) || typeof resourceVersion !== "string") {
    throw bad("the answer is JSON, but no Kubernetes list");
  }
  const next = value?.metadata?.continue;
  return { items, resourceVersion, next: typeof next === "string" && next !== "" ? next : undefined };
}

/** A list in pages, projected as they arrive. */
export class ListPages<T extends KubeObject, P> {
  private readonly calls: RestCalls;
  private readonly resource: Resource<T>;
  private readonly query: ListQuery;
  private readonly options: CallOptions & { readonly project: (item: T) => P };
  private limit: number;

  constructor(
    calls: RestCalls,
    resource: Resource<T>,
    query: ListQuery,
    options: CallOptions & { readonly project: (item: T) => P },
  ) {
    this.calls = calls;
    this.resource = resource;
    this.query = query;
    this.options = options;
    this.limit = Math.min(query.limit ?? defaultPageSize, query.atMost ?? Number.POSITIVE_INFINITY);
  }

  async all(): Promise<ListResult<P>> {
    for (let restarts = 0; ; restarts += 1) {
      try {
        return await this.fromTheStart();
      } catch (error) {
        // The continue token outlived the server's history: start over, nothing was kept.
        if (!isKubeError(error, "Gone") || restarts >= maximumRestarts) {
          throw error;
        }
      }
    }
  }

  private async fromTheStart(): Promise<ListResult<P>> {
    const atMost = this.query.atMost ?? Number.POSITIVE_INFINITY;
    const items: P[] = [];
    let next: string | undefined;
    for (;;) {
      const page = await this.page(next);
      for (const item of page.items.slice(0, atMost - items.length)) {
        // Each item of a list is an object of the listed resource.
        items.push(this.options.project(item as T));
      }
      next = page.next;
      if (next === undefined || items.length >= atMost) {
        return { items, resourceVersion: page.resourceVersion };
      }
    }
  }

  /** Where the objects are so large that a page exceeds what is taken, pages get smaller. */
  private async page(next: string | undefined): Promise<Page> {
    for (;;) {
      try {
        return await this.calls.call(this.call(next), this.options, (answer) => parsePage(answer.body));
      } catch (error) {
        if (!isKubeError(error) || error.failure.oversized !== true || this.limit === 1) {
          throw error;
        }
        this.limit = Math.ceil(this.limit / 8);
      }
    }
  }

  private call(next: string | undefined): RestCall {
    const search = queryString({ ...selectors(this.query), limit: this.limit, continue: next });
    return {
      method: "GET",
      path: collectionPath(this.resource, this.query.namespace) + search,
      attempt: attemptOf("list", this.resource, this.query),
      repeatable: true,
    };
  }
}
