import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { type ConfigMap, configMap, configMaps, signal } from "../../../integration/lib/kube/test-client.ts";

export interface KindOfCall {
  /** As the API server names it. */
  readonly verb: string;
  /** How the error of it begins. */
  readonly words: string;
  /** Of the object in namespace default. */
  readonly call: (client: KubeClient, object: ConfigMap) => Promise<unknown>;
}

async function firstEvent(client: KubeClient): Promise<unknown> {
  for await (const event of client.watch(configMaps, { namespace: "default" }, { signal })) {
    if (event.type !== "replaced") return event;
  }
  return undefined;
}

const refOf = ({ metadata }: ConfigMap) => ({ name: metadata.name, namespace: "default" });

/** Every kind of call of a client. */
export const calls = {
  get: {
    verb: "get",
    words: "get ConfigMap default/",
    call: (client, object) => client.get(configMaps, refOf(object), { signal }),
  },
  list: {
    verb: "list",
    words: "list configmaps in namespace default",
    call: (client) => client.list(configMaps, { namespace: "default" }, { signal }),
  },
  create: {
    verb: "create",
    words: "create ConfigMap default/",
    call: (client, { metadata }) => client.create(configMaps, configMap(`${metadata.name}-new`), { signal }),
  },
  "merge patch": {
    verb: "patch",
    words: "patch ConfigMap default/",
    call: (client, object) => client.mergePatch(configMaps, refOf(object), { data: { b: "2" } }, { signal }),
  },
  "JSON patch": {
    verb: "patch",
    words: "patch ConfigMap default/",
    call: (client, object) =>
      client.jsonPatch(configMaps, refOf(object), [{ op: "replace", path: "/data/a", value: "2" }], { signal }),
  },
  apply: {
    verb: "patch",
    words: "patch ConfigMap default/",
    call: (client, { metadata }) => client.apply(configMaps, configMap(metadata.name, { c: "3" }), { signal }),
  },
  replace: {
    verb: "update",
    words: "update ConfigMap default/",
    call: (client, object) => client.replace(configMaps, { ...object, data: { a: "4" } }, { signal }),
  },
  delete: {
    verb: "delete",
    words: "delete ConfigMap default/",
    call: (client, object) => client.delete(configMaps, refOf(object), { signal }),
  },
} as const satisfies Readonly<Record<string, KindOfCall>>;

export const watchCall: KindOfCall = {
  verb: "watch",
  words: "watch configmaps in namespace default",
  call: (client) => firstEvent(client),
};

export const allCalls: readonly (readonly [string, KindOfCall])[] = [...Object.entries(calls), ["watch", watchCall]];
export const plainCalls: readonly (readonly [string, KindOfCall])[] = Object.entries(calls);
