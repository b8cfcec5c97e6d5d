import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { readLines } from "./line-reader.ts";
import { ListPages } from "./list-pages.ts";
import { attemptOf, collectionPath, queryString, selectors } from "./resource-path.ts";
import type { RestCall, RestCalls } from "./rest-calls.ts";
import type { KubeObject, ListQuery, Resource, WatchEvent, WatchOptions } from "./types.ts";
import { parseWatchEvent, type RawWatchEvent } from "./watch-event.ts";
import { type WatchOpening, watchForever } from "./watch-stream.ts";

export interface WatchAccess {
  readonly calls: RestCalls;
  readonly environment: {
    readonly name: string;
    readonly clock: Clock;
    readonly random: Random;
    readonly log: Logger;
    readonly watchIdleMs: number;
  };
}

export interface WatchRequest<T extends KubeObject, P> {
  readonly resource: Resource<T>;
  readonly query: ListQuery;
  readonly options: WatchOptions;
  readonly project: (item: T) => P;
}

// The server ends a watch at the time that was asked for; only one that is gone stays silent beyond it.
const graceMs = 2000;

async function* openWatch<T extends KubeObject, P>(
  { calls, environment }: WatchAccess,
  { resource, query, options }: WatchRequest<T, P>,
  { resourceVersion, seconds, onOpen }: WatchOpening,
): AsyncGenerator<RawWatchEvent<T>> {
  const search = queryString({
    ...selectors(query),
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: seconds,
    resourceVersion,
  });
  const call: RestCall = {
    method: "GET",
    path: collectionPath(resource, query.namespace) + search,
    attempt: attemptOf("watch", resource, query),
    repeatable: true,
    onOpen,
  };
  const idleMs = Math.min(environment.watchIdleMs, seconds * 1000 + graceMs);
  try {
    for await (const line of readLines(calls.bytes(call, options, idleMs))) {
      const event = parseWatchEvent<T>(line);
      if (event === undefined) {
        return;
      }
      yield event;
    }
  } catch (error) {
    throw calls.described(error, call);
  }
}

/** Follows a collection of a client, see `KubeClient.watch`. */
export function watchCollection<T extends KubeObject, P>(
  access: WatchAccess,
  request: WatchRequest<T, P>,
): AsyncIterable<WatchEvent<P>> {
  const { resource, query, options, project } = request;
  const { name, clock, random, log } = access.environment;
  const { atMost: _, ...whole } = query;
  return watchForever<T, P>(
    {
      list: () => new ListPages(access.calls, resource, whole, { ...options, attempts: 1, project }).all(),
      open: (from) => openWatch(access, request, from),
      project,
    },
    {
      clock,
      random,
      signal: options.signal,
      ...(options.relistMs === undefined ? {} : { relistMs: options.relistMs }),
      onTrouble: (why) => {
        log.debug(
          why === undefined ? `following ${resource.plural} again` : `cannot follow ${resource.plural}: ${why}`,
          {
            hub: name,
          },
        );
        options.onTrouble?.(why);
      },
    },
  );
}
