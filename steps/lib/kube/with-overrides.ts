import type { KubeClient } from "./types.ts";

/**
 * The same client with some of its calls replaced; everything else, also what is added to clients later, goes to the
 * client itself.
 *
 * @example withOverrides(client, { find: async (resource, ref, options) => note(await client.find(resource, ref, options)) });
 */
export function withOverrides(client: KubeClient, overrides: Partial<KubeClient>): KubeClient {
  return new Proxy(client, {
    get(target, key) {
      const replaced: unknown = Reflect.get(overrides, key);
      if (replaced !== undefined) return replaced;
      const own: unknown = Reflect.get(target, key);
      // A class of clients keeps its state in itself, not in this proxy.
      return typeof own === "function" ? own.bind(target) : own;
    },
  });
}
