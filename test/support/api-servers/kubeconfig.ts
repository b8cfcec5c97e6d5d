import { stringify } from "yaml";

export type Credential =
  | { readonly token: string }
  | { readonly "client-certificate": string; readonly "client-key": string };

export interface KubeconfigSpec {
  /** Name of cluster and context. */
  readonly name: string;
  readonly url: string;
  /** PEM. Embedded, so that the file can be copied into a Secret. */
  readonly authority: string;
  readonly user: string;
  readonly credential: Credential;
}

/** A kubeconfig with one context that verifies the server's certificate. */
export function kubeconfig(spec: KubeconfigSpec): string {
  const { name, url, user } = spec;
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: { server: url, "certificate-authority-data": Buffer.from(spec.authority).toString("base64") },
      },
    ],
    users: [{ name: user, user: spec.credential }],
    contexts: [{ name, context: { cluster: name, user } }],
    "current-context": name,
  });
}
