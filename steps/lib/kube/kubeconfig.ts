import { FairleadError } from "../errors/fairlead-error.ts";

/** A kubeconfig as `kubectl` reads it, reduced to what a connection needs. */
export interface KubeconfigCluster {
  readonly server: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
}

export interface KubeconfigUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly exec?: { readonly command?: string };
  readonly "auth-provider"?: { readonly name?: string };
  readonly username?: string;
}

export interface KubeconfigContext {
  readonly contextName: string;
  readonly userName: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

interface Entry {
  readonly name?: unknown;
  readonly [key: string]: unknown;
}

function fail(
  id: string,
  file: string,
  text: { readonly what: string; readonly why: string; readonly fix: string },
): never {
  throw new FairleadError(
    { id, what: `kubeconfig ${file} ${text.what}`, why: text.why, fix: text.fix },
    { exitCode: 2 },
  );
}

function entriesOf(document: Readonly<Record<string, unknown>>, field: string): readonly Entry[] {
  const list = document[field];
  return Array.isArray(list) ? list.filter((item): item is Entry => typeof item === "object" && item !== null) : [];
}

function named(document: Readonly<Record<string, unknown>>, list: string, name: unknown, field: string): unknown {
  return entriesOf(document, list).find((entry) => entry.name === name)?.[field];
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Picks a context of a parsed kubeconfig. Pure.
 *
 * @throws FairleadError KUBE-21 (no kubeconfig), KUBE-22 (no such context), KUBE-23 (context points nowhere), KUBE-24 (unsafe)
 */
export function selectContext(document: unknown, file: string, wanted: string | undefined): KubeconfigContext {
  if (!isRecord(document) || entriesOf(document, "clusters").length === 0) {
    return fail("KUBE-21", file, {
      what: "is no kubeconfig",
      why: "it holds no list of clusters",
      fix: "check that the Secret or file holds the kubeconfig of the hub under the key kubeconfig",
    });
  }
  const contextName = wanted ?? document["current-context"];
  const names = entriesOf(document, "contexts").map((entry) => String(entry.name));
  const context = named(document, "contexts", contextName, "context");
  if (typeof contextName !== "string" || contextName === "" || !isRecord(context)) {
    return fail("KUBE-22", file, {
      what:
        contextName === undefined || contextName === ""
          ? "has no current context"
          : `has no context "${String(contextName)}"`,
      why: names.length === 0 ? "it holds no context" : `it holds: ${names.join(", ")}`,
      fix: "name one of its contexts",
    });
  }
  const cluster = named(document, "clusters", context["cluster"], "cluster");
  const user = named(document, "users", context["user"], "user") ?? {};
  if (!isRecord(cluster) || typeof cluster["server"] !== "string" || !isRecord(user)) {
    return fail("KUBE-23", file, {
      what: `has a context "${contextName}" that points nowhere`,
      why: `its cluster "${String(context["cluster"])}" has no server, or its user "${String(context["user"])}" is no object`,
      fix: "write the kubeconfig anew",
    });
  }
  // Field types beyond `server` are checked where they are used; a wrong one fails the connection with its own error.
  const selected = {
    contextName,
    userName: String(context["user"] ?? ""),
    cluster: cluster as unknown as KubeconfigCluster,
    user,
  };
  refuseUnsafe(selected, file);
  return selected;
}

function refuseUnsafe({ cluster, user }: KubeconfigContext, file: string): void {
  const url = URL.canParse(cluster.server) ? new URL(cluster.server) : undefined;
  if (url?.protocol !== "https:") {
    fail("KUBE-24", file, {
      what: `has the server "${cluster.server}"`,
      why: "only https addresses are used",
      fix: "write the https address of the API server",
    });
  }
  if (cluster["insecure-skip-tls-verify"] === true) {
    fail("KUBE-24", file, {
      what: "turns the verification of certificates off",
      why: "insecure-skip-tls-verify would send the credential to anyone who answers",
      fix: "put certificate-authority-data into the kubeconfig instead",
    });
  }
  if (user["auth-provider"] !== undefined && user["auth-provider"].name !== "oidc") {
    fail("KUBE-24", file, {
      what: `uses the auth-provider "${String(user["auth-provider"].name)}"`,
      why: "Kubernetes removed these providers in 1.26",
      fix: "use a token, a client certificate or an exec plugin",
    });
  }
}
