import { isKubeError } from "../../lib/kube/kube-error.ts";

/** What a list holds; nothing where the hub does not serve the kind, as without the product that brings it. */
export async function noneIfAbsent<T>(list: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (isKubeError(error, "KindAbsent")) return [];
    throw error;
  }
}
