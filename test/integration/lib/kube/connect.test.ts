import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";
import type { ConnectEnvironment } from "../../../../steps/lib/kube/connect.ts";
import { inClusterAccess } from "../../../../steps/lib/kube/in-cluster.ts";
import { Transport } from "../../../../steps/lib/kube/transport.ts";
import { redactText } from "../../../../steps/lib/log/redact-text.ts";
import type { ConnectTarget } from "../../../../steps/lib/step/types.ts";
import { createAuthority, issueCertificate } from "../../../support/api-servers/certificates.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { ConnectProxy } from "./connect-proxy.ts";
import { configMaps, open, refusal, signal } from "./test-client.ts";

let servers: ApiServers;
let hub: TestApiServer;
let folder: string;
let authority: string;
beforeAll(async () => {
  servers = await startApiServers(["primary"]);
  hub = servers.server("primary");
  folder = await mkdtemp(join(tmpdir(), "fairlead-connect-"));
  authority = await readFile(hub.caFile, "base64");
}, 240_000);
afterAll(async () => {
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

let files = 0;

/** A kubeconfig in a folder of its own. */
async function kubeconfig(parts: { cluster?: object; user?: object; name?: string } = {}): Promise<string> {
  files += 1;
  const own = join(folder, String(files));
  await mkdir(own);
  const file = join(own, "kubeconfig");
  const cluster = { server: hub.url, "certificate-authority-data": authority, ...parts.cluster };
  const name = parts.name ?? "hub";
  const text = stringify({
    clusters: [{ name, cluster }],
    users: [{ name, user: parts.user ?? { token: hub.token() } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

async function whoAmI(
  target: string | Partial<ConnectTarget>,
  environment: Partial<ConnectEnvironment> = {},
): Promise<string> {
  const { client } = await open(target, environment);
  const resource = {
    group: "authentication.k8s.io",
    version: "v1",
    plural: "selfsubjectreviews",
    kind: "SelfSubjectReview",
    scope: "cluster",
  } as const;
  try {
    const review = await client.create(resource, { metadata: { name: "" } }, { signal, attempts: 1 });
    return (review as { status?: { userInfo?: { username?: string } } }).status?.userInfo?.username ?? "";
  } finally {
    await client.close();
  }
}

async function failureOf(target: string | Partial<ConnectTarget>, environment: Partial<ConnectEnvironment> = {}) {
  return await refusal(whoAmI(target, environment));
}

async function program(name: string, script: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

function jwt(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.c2lnbmF0dXJl`;
}

describe("logging in", () => {
  test("works with a token", async () => {
    expect(await whoAmI(hub.kubeconfig("operator"))).toBe("operator");
  });

  test("works with a client certificate, from files and from the kubeconfig itself", async () => {
    expect(await whoAmI(hub.clientCertificateKubeconfig())).toBe("admin-by-certificate");
    const { users } = (await import("yaml")).parse(await readFile(hub.clientCertificateKubeconfig(), "utf8")) as {
      users: { user: { "client-certificate": string; "client-key": string } }[];
    };
    const user = users[0]?.user;
    const inline = {
      "client-certificate-data": await readFile(user?.["client-certificate"] ?? "", "base64"),
      "client-key-data": await readFile(user?.["client-key"] ?? "", "base64"),
    };
    expect(await whoAmI(await kubeconfig({ user: inline }))).toBe("admin-by-certificate");
  });

  test("K-38 works with a token file, whose path starts at the kubeconfig and which is read anew for each request", async () => {
    const file = await kubeconfig({ user: { tokenFile: "token.txt" } });
    const tokenFile = join(file, "..", "token.txt");
    await writeFile(tokenFile, `${hub.token("viewer")}\n`);
    const { client } = await open(file);
    expect(await client.credential()).toEqual({ kind: "token", token: hub.token("viewer") });
    await writeFile(tokenFile, hub.token("operator"));
    expect(await client.credential()).toEqual({ kind: "token", token: hub.token("operator") });
    await client.close();
    await rm(tokenFile);
    expect(await failureOf(file)).toMatchObject({
      id: "KUBE-20",
      what: `kubeconfig ${file} names a file that cannot be read: tokenFile ${tokenFile}`,
    });
  });

  test("works as somebody else whom the user may impersonate", async () => {
    const user = { token: hub.token(), as: "jane", "as-groups": ["fairlead:viewers", "system:authenticated"] };
    expect(await whoAmI(await kubeconfig({ user }))).toBe("jane");
  });

  test("works in a pod, with the token as the kubelet renews it", async () => {
    const mounted = join(folder, "serviceaccount");
    await mkdir(mounted);
    await copyFile(hub.caFile, join(mounted, "ca.crt"));
    await writeFile(join(mounted, "token"), hub.token("viewer"));
    const { hostname, port } = new URL(hub.url);
    const variable = (name: string) =>
      ({ KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port })[name as "KUBERNETES_SERVICE_HOST"];
    const { endpoint, login } = await inClusterAccess(variable, systemClock, mounted);
    const transport = new Transport(endpoint, { userAgent: "test", clock: systemClock });
    const answer = await transport.send({ method: "GET", path: "/version", signal, timeoutMs: 10_000 });
    expect(answer.status).toBe(200);
    await writeFile(join(mounted, "token"), "renewed-token");
    expect(await login.current(signal)).toEqual({ token: "renewed-token" });
    transport.close();
  });

  test("in a pod without a ServiceAccount token says so", async () => {
    expect(await failureOf({ kubeconfig: { kind: "in-cluster" } })).toMatchObject({
      id: "KUBE-20",
      what: "kubeconfig of this pod cannot be read: its ServiceAccount has no token",
      fix: "run in a pod whose ServiceAccount token is mounted, or name a kubeconfig",
    });
  });

  test("with a token that the server does not know is refused", async () => {
    const file = await kubeconfig({ user: { token: "unknown-token" } });
    expect(await failureOf(file)).toMatchObject({
      id: "KUBE-01",
      what: expect.stringContaining('on "primary" was refused: not logged in'),
      fix: 'renew the token or certificate in the kubeconfig of "primary"',
    });
  });

  test("with a token that has long expired is refused before anything is sent", async () => {
    const exp = Date.parse("2020-01-01T00:00:00Z") / 1000;
    const { client } = await open(await kubeconfig({ user: { token: jwt({ exp }) } }));
    expect(await refusal(client.get(configMaps, { name: "x", namespace: "default" }, { signal }))).toEqual({
      id: "KUBE-18",
      what: 'get ConfigMap default/x on "primary" is not possible: the login of the kubeconfig has expired',
      why: "its token was valid until 2020-01-01T00:00:00.000Z",
      fix: 'put a fresh token or certificate into the kubeconfig of "primary"',
    });
    await client.close();
    const audit = await hub.auditEvents();
    expect(audit.filter((event) => event.requestURI.includes("/configmaps/x"))).toEqual([]);
  });

  test("with a token that expired a moment ago is refused by the server, and the text says why", async () => {
    const end = Math.floor(Date.now() / 1000) - 60;
    expect(await failureOf(await kubeconfig({ user: { token: jwt({ exp: end }) } }))).toMatchObject({
      id: "KUBE-18",
      why: `its token was valid until ${new Date(end * 1000).toISOString()}`,
    });
  });

  test.each(["two words", "line\nbreak", "\u00e4"])("with a malformed token is refused: %j", async (token) => {
    expect(await failureOf(await kubeconfig({ user: { token } }))).toMatchObject({
      id: "KUBE-23",
      why: "it holds characters that no token has",
    });
  });

  test("hides the token from all later output", async () => {
    const secret = `once-seen-${crypto.randomUUID()}`;
    await failureOf(await kubeconfig({ user: { token: secret } }));
    expect(redactText(`x ${secret} y`)).toBe("x [hidden] y");
  });
});

describe("logging in by a program", () => {
  const exec = (command: string, more: object = {}) => ({
    exec: { apiVersion: "client.authentication.k8s.io/v1", command, interactiveMode: "Never", ...more },
  });
  const printing = (status: object): string =>
    `echo '${JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status })}'`;

  test("works, with arguments, variables and a path beside the kubeconfig", async () => {
    const script = `test "$1 $ACCOUNT" = "a b c" || exit 3
case "$KUBERNETES_EXEC_INFO" in *ExecCredential*) ;; *) exit 4 ;; esac
test -n "$PATH" || exit 5
${printing({ token: hub.token("viewer") })}`;
    const file = await kubeconfig({
      user: exec("./login", { args: ["a b"], env: [{ name: "ACCOUNT", value: "c" }] }),
    });
    await copyFile(await program("with-arguments", script), join(file, "..", "login"));
    expect(await whoAmI(file)).toBe("viewer");
  });

  test("K-38 is done once for all requests, and tells the token", async () => {
    const counter = join(folder, "logins");
    const script = `echo x >> ${counter}\n${printing({ token: hub.token("viewer") })}`;
    const { client } = await open(await kubeconfig({ user: exec(await program("counted", script)) }));
    await Promise.all([1, 2, 3].map(() => client.serverVersion({ signal })));
    expect(await client.credential()).toEqual({ kind: "token", token: hub.token("viewer") });
    expect(await readFile(counter, "utf8")).toBe("x\n");
    await client.close();
  });

  test("may give a client certificate", async () => {
    const { parse } = await import("yaml");
    const { users } = parse(await readFile(hub.clientCertificateKubeconfig(), "utf8")) as {
      users: { user: { "client-certificate": string; "client-key": string } }[];
    };
    const user = users[0]?.user;
    const status = {
      clientCertificateData: await readFile(user?.["client-certificate"] ?? "", "utf8"),
      clientKeyData: await readFile(user?.["client-key"] ?? "", "utf8"),
    };
    const file = join(folder, "credential.json");
    await writeFile(file, JSON.stringify({ kind: "ExecCredential", status }));
    expect(await whoAmI(await kubeconfig({ user: exec(await program("certificate", `cat ${file}`)) }))).toBe(
      "admin-by-certificate",
    );
  });

  test("that is not installed says how to install it", async () => {
    const file = await kubeconfig({ user: exec("no-such-login-program", { installHint: "get it from example.com" }) });
    expect(await failureOf(file)).toEqual({
      id: "KUBE-26",
      what: `kubeconfig ${file} got no login from the program "no-such-login-program"`,
      why: "there is no such program on PATH",
      fix: "get it from example.com",
    });
  });

  test("that fails is quoted, and what it said is logged", async () => {
    const command = await program("failing", "echo 'session has ended' >&2; exit 7");
    const { client, lines } = await open(await kubeconfig({ user: exec(command) }));
    expect(await refusal(client.serverVersion({ signal }))).toMatchObject({
      id: "KUBE-26",
      why: "it ended with code 7: session has ended",
    });
    expect(lines).toContain(`info ${command}: session has ended`);
    await client.close();
  });

  test("that prints something else is not quoted: it may be a token", async () => {
    const command = await program("babbling", "echo secret-babble");
    const text = await failureOf(await kubeconfig({ user: exec(command) }));
    expect(text).toMatchObject({ id: "KUBE-26", why: "what it printed is no JSON" });
  });

  test("inside a pod is refused unless it is listed", async () => {
    const command = await program("listed", printing({ token: hub.token("viewer") }));
    const file = await kubeconfig({ user: exec(command) });
    expect(await failureOf(file, { allowedExecCommands: [] })).toEqual({
      id: "KUBE-25",
      what: `kubeconfig ${file} would start the program "${command}" to log in`,
      why: "inside a pod only listed login programs may run",
      fix: "use a kubeconfig with a token, for example of a ServiceAccount of the hub",
    });
    expect(await whoAmI(file, { allowedExecCommands: [command] })).toBe("viewer");
  });

  test("inside a pod gets no variables from the kubeconfig: PATH would make another program of it", async () => {
    const file = await kubeconfig({ user: exec("aws", { env: [{ name: "PATH", value: "/tmp/evil" }] }) });
    expect(await failureOf(file, { allowedExecCommands: ["aws"] })).toMatchObject({
      id: "KUBE-25",
      what: `kubeconfig ${file} would set PATH for its login program`,
    });
  });
});

describe("logging in by an identity provider", () => {
  test("K-38 works with the id token while it is valid", async () => {
    const token = jwt({ exp: Math.floor(Date.now() / 1000) + 3600 });
    const user = { "auth-provider": { name: "oidc", config: { "id-token": token } } };
    const { client } = await open(await kubeconfig({ user }));
    expect(await client.credential()).toEqual({ kind: "token", token });
    await client.close();
  });

  test("says that the token has expired and cannot be renewed", async () => {
    const user = { "auth-provider": { name: "oidc", config: { "id-token": jwt({ exp: 1_600_000_000 }) } } };
    const file = await kubeconfig({ user });
    expect(await failureOf(file)).toMatchObject({
      id: "KUBE-26",
      what: `kubeconfig ${file} got no login from its identity provider`,
    });
  });
});

describe("finding the kubeconfig", () => {
  const environment = (values: Readonly<Record<string, string>>) => ({ variable: (name: string) => values[name] });
  const byDefault = { kubeconfig: { kind: "default" } } as const;

  test("follows KUBECONFIG: several files are one, absent ones are passed over", async () => {
    const first = await kubeconfig({ name: "first", user: { token: hub.token("viewer") } });
    const second = await kubeconfig({ name: "second", user: { token: hub.token("operator") } });
    const variables = environment({ KUBECONFIG: `/nowhere/config:${first}::${second}` });
    expect(await whoAmI(byDefault, variables)).toBe("viewer");
    expect(await whoAmI({ ...byDefault, context: "second" }, variables)).toBe("operator");
  });

  test("falls back to ~/.kube/config", async () => {
    const home = join(folder, "home");
    await mkdir(join(home, ".kube"), { recursive: true });
    await copyFile(await kubeconfig(), join(home, ".kube", "config"));
    expect(await whoAmI(byDefault, environment({ HOME: home }))).toBe("admin");
  });

  test("never leads to the pod's own cluster because of a mistyped KUBECONFIG", async () => {
    const variables = environment({ KUBECONFIG: "/nowhere/config", KUBERNETES_SERVICE_HOST: "10.0.0.1" });
    expect(await failureOf(byDefault, variables)).toEqual({
      id: "KUBE-20",
      what: "kubeconfig /nowhere/config does not exist",
      why: "KUBECONFIG names no file that exists",
      fix: "name a kubeconfig file, or set KUBECONFIG",
    });
  });

  test("leads to the pod's own cluster where there is none", async () => {
    const variables = environment({ HOME: "/nowhere", KUBERNETES_SERVICE_HOST: "10.0.0.1" });
    expect(await failureOf(byDefault, variables)).toMatchObject({
      what: "kubeconfig of this pod cannot be read: its ServiceAccount has no token",
    });
  });
});

describe("a kubeconfig file", () => {
  test("that is absent is told with its path and what to check", async () => {
    expect(await failureOf("/nowhere/kubeconfig")).toEqual({
      id: "KUBE-20",
      what: "kubeconfig /nowhere/kubeconfig cannot be read",
      why: "ENOENT: no such file or directory, open '/nowhere/kubeconfig'",
      fix: "check the path, or that the Secret is mounted and has the key kubeconfig",
    });
  });

  test.each([
    ["a folder", () => folder],
    ["a device", () => "/dev/zero"],
  ])("that is %s is refused", async (_name, path) => {
    expect(await failureOf(path())).toMatchObject({ id: "KUBE-20", why: "it is no regular file" });
  });

  test("that is larger than the limit is refused, by the target's limit or none", async () => {
    const file = await kubeconfig();
    const limited = await failureOf({ kubeconfig: file, maximumKubeconfigBytes: 100 });
    expect(limited.why).toMatch(/^it is \d+ bytes large, more than the 100 that are read$/);
    expect(await whoAmI({ kubeconfig: file, maximumKubeconfigBytes: 0 }, { maximumKubeconfigBytes: 1 })).toBe("admin");
  });
});

describe("trusting the server", () => {
  test("fails with the authority of another server", async () => {
    const other = await mkdtemp(join(folder, "authority-"));
    const { certFile } = await createAuthority(other, "somebody-else");
    const file = await kubeconfig({ cluster: { "certificate-authority-data": await readFile(certFile, "base64") } });
    expect(await failureOf(file)).toMatchObject({
      id: "KUBE-15",
      what: expect.stringContaining("was broken off: no trusted connection to the server"),
      fix: expect.stringContaining("verification cannot be turned off"),
    });
  });

  test("works with the authority in a file ca.crt beside the kubeconfig", async () => {
    const other = await mkdtemp(join(folder, "authority-"));
    const { certFile } = await createAuthority(other, "somebody-else");
    for (const cluster of [
      { "certificate-authority-data": "" },
      { "certificate-authority-data": await readFile(certFile, "base64") },
    ]) {
      const file = await kubeconfig({ cluster });
      await copyFile(hub.caFile, join(file, "..", "ca.crt"));
      expect(await whoAmI(file)).toBe("admin");
    }
  });

  test.each([
    ["certificate-authority-data", { cluster: { "certificate-authority-data": "bm9uc2Vuc2U=" } }],
    ["client-certificate-data", { user: { "client-certificate-data": "bm9uc2Vuc2U=", "client-key-data": "eA==" } }],
  ])("says which field is no certificate: %s", async (field, parts) => {
    const file = await kubeconfig(parts);
    expect(await failureOf(file)).toMatchObject({
      id: "KUBE-23",
      what: `kubeconfig ${file} has a malformed field ${field}`,
      why: "it is no PEM that can be read",
    });
  });

  test("says that a key is not that of the certificate", async () => {
    const own = await mkdtemp(join(folder, "pair-"));
    const pair = await createAuthority(own, "ca");
    const subject = { commonName: "x", use: "clientAuth" } as const;
    const one = await issueCertificate(own, "one", subject, pair);
    const two = await issueCertificate(own, "two", subject, pair);
    const user = { "client-certificate": one.certFile, "client-key": two.keyFile };
    expect(await failureOf(await kubeconfig({ user }))).toMatchObject({
      id: "KUBE-23",
      what: expect.stringContaining("has a client certificate and a client key that do not belong together"),
    });
  });

  test("works under the name that the kubeconfig gives (tls-server-name), and under no other", async () => {
    const named = await kubeconfig({ cluster: { "tls-server-name": "localhost" } });
    const wrong = await kubeconfig({ cluster: { "tls-server-name": "api.elsewhere.example" } });
    expect(await failureOf(wrong)).toMatchObject({
      id: "KUBE-15",
      why: expect.stringContaining("api.elsewhere.example"),
    });
    expect(await whoAmI(named)).toBe("admin");
  });

  test("fails in plain words where the server speaks no TLS", async () => {
    const plain = createServer((_request, response) => response.end());
    await new Promise<void>((listening) => plain.listen(0, "127.0.0.1", listening));
    const server = `https://127.0.0.1:${(plain.address() as AddressInfo).port}`;
    expect(await failureOf(await kubeconfig({ cluster: { server } }))).toMatchObject({
      id: "KUBE-15",
      why: "what answers at this address does not speak TLS",
    });
    plain.closeAllConnections();
    await new Promise((closed) => plain.close(closed));
  });
});

describe("reaching the server", () => {
  test("fails with its address where nothing listens", async () => {
    const file = await kubeconfig({ cluster: { server: "https://127.0.0.1:1" } });
    expect(await failureOf(file)).toMatchObject({
      id: "KUBE-14",
      why: "connect ECONNREFUSED 127.0.0.1:1",
      fix: 'check that https://127.0.0.1:1 is up and reachable from here, and the address in the kubeconfig of "primary"',
    });
  });

  test("fails with its name where there is no such host", async () => {
    const file = await kubeconfig({ cluster: { server: "https://api.hub.invalid:6443" } });
    expect(await failureOf(file)).toMatchObject({ id: "KUBE-14", why: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
  });

  test("works through the proxy of the kubeconfig, with TLS verified inside the tunnel", async () => {
    const proxy = new ConnectProxy("user:word");
    const address = await proxy.start();
    const cluster = { "proxy-url": `http://user:word@${address}` };
    expect(await whoAmI(await kubeconfig({ cluster }))).toBe("admin");
    expect(proxy.tunnels).toEqual([new URL(hub.url).host]);
    const untrusted = await kubeconfig({ cluster: { ...cluster, "certificate-authority-data": "" } });
    expect(await failureOf(untrusted)).toMatchObject({ id: "KUBE-15" });
    await proxy.stop();
  });

  test("fails with the words of a proxy that opens no tunnel, without its password", async () => {
    const proxy = new ConnectProxy("user:word");
    const address = await proxy.start();
    const text = await failureOf(await kubeconfig({ cluster: { "proxy-url": `http://user:wrong@${address}` } }));
    expect(text).toMatchObject({
      id: "KUBE-14",
      why: "the proxy opened no tunnel: 407 Proxy Authentication Required (ERR_PROXY_TUNNEL)",
    });
    await proxy.stop();
  });

  test("works for a watch through the proxy too", async () => {
    const proxy = new ConnectProxy();
    const address = await proxy.start();
    const { client } = await open(await kubeconfig({ cluster: { "proxy-url": `http://${address}` } }));
    for await (const event of client.watch(configMaps, { namespace: "default" }, { signal })) {
      expect(event.type).toBe("replaced");
      break;
    }
    await client.close();
    await proxy.stop();
  });
});
