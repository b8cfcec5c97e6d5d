import type { KubeClient, KubeObject, ObjectRef, Resource } from "./types.ts";
import { withOverrides } from "./with-overrides.ts";

export interface ReadNotes {
  found(resource: Resource, object: KubeObject): void;
  absent?(resource: Resource, ref: ObjectRef): void;
}

/** The same client; each object that it reads is shown to `notes` too. Watches are not. */
export function noteReads(client: KubeClient, notes: ReadNotes): KubeClient {
  return withOverrides(client, {
    get: async (resource, ref, options) => {
      const found = await client.get(resource, ref, options);
      notes.found(resource, found);
      return found;
    },
    find: async (resource, ref, options) => {
      const found = await client.find(resource, ref, options);
      if (found === undefined) notes.absent?.(resource, ref);
      else notes.found(resource, found);
      return found;
    },
    list: async <T extends KubeObject, P>(
      resource: Resource<T>,
      query: Parameters<KubeClient["list"]>[1],
      // Without a projection the items themselves are the answer, and P is T.
      options: Parameters<KubeClient["list"]>[2] & { readonly project?: (item: T) => P },
    ) => {
      const project = options.project ?? ((item: T) => item as unknown as P);
      return await client.list<T, P>(resource, query, {
        ...options,
        project: (item) => {
          notes.found(resource, item);
          return project(item);
        },
      });
    },
  });
}
