import { tokenExpiry } from "./credential-expiry.ts";
import { errorWords } from "./error-words.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import type { FetchedProof } from "./login.ts";

/**
 * Fetches the proof of an OIDC user: its id token, renewed with its refresh token once it has expired. client-node does
 * it, and is loaded for such users only, since it is slow to start. It takes a renewed token's remaining seconds for a
 * time of day (2.0) and would renew at each call: hence a new provider each time, asked when the token's own `exp` says so.
 *
 * @param settings `auth-provider.config` of the kubeconfig
 * @returns a function that throws FairleadError KUBE-26
 */
export function oidcProof(label: string, settings: Readonly<Record<string, string>>): () => Promise<FetchedProof> {
  // A renewal writes the new tokens into `config`: the next one starts from them.
  const user = { name: "oidc", authProvider: { name: "oidc", config: { ...settings } } };
  return async () => {
    const token = await fetchToken(user).catch((error: unknown) => {
      throw failed(label, errorWords(error), error);
    });
    if (token === undefined) {
      throw failed(label, "the id token has expired, and the kubeconfig lacks what a renewal needs");
    }
    const expiresAt = tokenExpiry(token);
    return { token, ...(expiresAt === undefined ? {} : { expiresAt }) };
  };
}

async function fetchToken(user: {
  readonly name: string;
  readonly authProvider: { readonly name: string; readonly config: Record<string, string> };
}): Promise<string | undefined> {
  const { OpenIDConnectAuth } = await import("@kubernetes/client-node/dist/oidc_auth.js");
  const options: { headers: Record<string, string> } = { headers: {} };
  await new OpenIDConnectAuth().applyAuthentication(user, options);
  return /^Bearer (.+)$/.exec(options.headers["Authorization"] ?? "")?.[1];
}

function failed(label: string, why: string, cause?: unknown): Error {
  const text = {
    what: "got no login from its identity provider",
    why,
    fix: "log in anew with the tool that wrote the kubeconfig, or use a kubeconfig with a token",
  };
  return kubeconfigError("KUBE-26", label, text, cause);
}
