import { isKubeError } from "../../lib/kube/kube-error.ts";

/** What a hub answers; `otherwise` where the account may not look and its role is no reason to stop. */
export async function unlessForbidden<T, O>(look: () => Promise<T>, otherwise: O): Promise<T | O> {
  try {
    return await look();
  } catch (error) {
    if (isKubeError(error, "Forbidden")) return otherwise;
    throw error;
  }
}
