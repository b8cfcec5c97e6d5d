import type { Fields, KubeconfigFields, PemSource } from "./kubeconfig-fields.ts";
import type { KubeconfigEntry } from "./load-kubeconfig.ts";

/** The fields of a user that a connection needs. */
export interface KubeconfigUser {
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly clientCertificate: PemSource | undefined;
  readonly clientKey: PemSource | undefined;
  readonly exec: ExecPlugin | undefined;
  /** Settings of the OIDC provider. */
  readonly oidc: Readonly<Record<string, string>> | undefined;
  readonly impersonate: Impersonation | undefined;
}

/** A program that prints a credential. */
export interface ExecPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly installHint: string | undefined;
}

/** The account that the user acts as (`as`, `as-groups` …). */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid: string | undefined;
}

function execPlugin(value: unknown, read: KubeconfigFields): ExecPlugin | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const fields = read.object(value, "exec");
  const command = read.text(fields, "command");
  if (command === undefined) {
    return read.fail("KUBE-23", "has a malformed field exec", "it names no program", "give exec.command");
  }
  const environment: unknown = fields["env"] ?? [];
  return {
    apiVersion: read.text(fields, "apiVersion") ?? "client.authentication.k8s.io/v1",
    command,
    args: read.texts(fields, "args"),
    environment: (Array.isArray(environment) ? environment : [environment]).map((item: unknown) => {
      const pair = read.object(item, "exec.env");
      return { name: read.text(pair, "name") ?? "", value: read.text(pair, "value") ?? "" };
    }),
    installHint: read.text(fields, "installHint"),
  };
}

function oidcSettings(value: unknown, read: KubeconfigFields): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) {
    return undefined;
  }
  const fields = read.object(value, "auth-provider");
  if (fields["name"] !== "oidc") {
    read.fail(
      "KUBE-24",
      `uses the auth-provider "${String(fields["name"])}"`,
      "Kubernetes removed these providers in 1.26",
      "use a token, a client certificate or an exec plugin",
    );
  }
  const config = read.object(fields["config"] ?? {}, "auth-provider.config");
  return Object.fromEntries(Object.keys(config).map((key) => [key, read.text(config, key) ?? ""]));
}

function impersonation(fields: Fields, read: KubeconfigFields): Impersonation | undefined {
  const user = read.text(fields, "as");
  const groups = read.texts(fields, "as-groups");
  const uid = read.text(fields, "as-uid");
  if (fields["as-user-extra"] !== undefined || (user === undefined && (groups.length > 0 || uid !== undefined))) {
    // Leaving it out would act with other rights than the kubeconfig says.
    read.fail(
      "KUBE-23",
      "impersonates in a way that is not supported",
      "a user (as) is needed, with groups (as-groups) and uid (as-uid) at most",
      "remove the other fields, or use a login that needs none",
    );
  }
  return user === undefined ? undefined : { user, groups, uid };
}

/** The user's ways to log in, each field checked; at least one is there. @throws FairleadError KUBE-23, KUBE-24 */
export function readUser({ name, content }: KubeconfigEntry, read: KubeconfigFields): KubeconfigUser {
  const user = {
    token: read.text(content, "token"),
    tokenFile: read.text(content, "tokenFile"),
    clientCertificate: read.pem(content, "client-certificate"),
    clientKey: read.pem(content, "client-key"),
    exec: execPlugin(content["exec"], read),
    oidc: oidcSettings(content["auth-provider"], read),
    impersonate: impersonation(content, read),
  };
  const { token, tokenFile, clientCertificate, clientKey, exec, oidc } = user;
  if ((clientCertificate === undefined) !== (clientKey === undefined)) {
    read.fail(
      "KUBE-23",
      `has a user "${name}" with half a client certificate`,
      clientKey === undefined ? "client-key is missing" : "client-certificate is missing",
      "give both",
    );
  }
  if ([token, tokenFile, clientCertificate, exec, oidc].every((way) => way === undefined)) {
    const basic = content["username"] !== undefined;
    read.fail(
      "KUBE-23",
      `has a user "${name}" without a login`,
      basic ? "Kubernetes removed logins by name and password in 1.19" : "it holds no token and no certificate",
      "use a token, a client certificate or an exec plugin",
    );
  }
  return user;
}
