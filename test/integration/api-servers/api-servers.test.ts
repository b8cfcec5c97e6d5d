import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { httpsGet } from "../../support/api-servers/https-get.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../support/api-servers.ts";

let servers: ApiServers;
let primary: TestApiServer;
let secondary: TestApiServer;
beforeAll(async () => {
  servers = await startApiServers(["primary", "secondary"], { users: { auditor: ["example:auditors"] } });
  primary = servers.server("primary");
  secondary = servers.server("secondary");
}, 240_000);
afterAll(() => servers.stop());

async function get(
  server: TestApiServer,
  path: string,
  as: { user?: string; authority?: string; token?: string } = {},
) {
  return await httpsGet({
    url: `${server.url}${path}`,
    authority: as.authority ?? (await readFile(server.caFile, "utf8")),
    headers: { authorization: `Bearer ${as.token ?? server.token(as.user)}` },
    timeoutMs: 10_000,
  });
}

describe("test API servers", () => {
  test("are Kubernetes 1.35 and say so", async () => {
    const { body } = await get(primary, "/version");
    expect(JSON.parse(body)).toMatchObject({ major: "1", minor: "35", gitVersion: "v1.35.4" });
  });

  test("hold their data apart", async () => {
    await primary.kubectl(["create", "namespace", "only-on-primary"]);
    expect(await primary.kubectl(["get", "namespaces", "-o", "name"])).toContain("namespace/only-on-primary\n");
    expect(await secondary.kubectl(["get", "namespaces", "-o", "name"])).not.toContain("only-on-primary");
  });

  test("are refused by a client that trusts another authority", async () => {
    const authority = await readFile(secondary.caFile, "utf8");
    await expect(get(primary, "/version", { authority })).rejects.toThrow(/unable to verify|signature failure/);
  });

  test("refuse a token of another server", async () => {
    const { status } = await get(primary, "/api/v1/namespaces", { token: secondary.token() });
    expect(status).toBe(401);
  });

  test.each(["nobody", "operator", "validator", "viewer", "auditor"])("give %s no right of its own", async (user) => {
    const { status, body } = await get(primary, "/api/v1/namespaces", { user });
    expect({ status, message: JSON.parse(body).message }).toEqual({
      status: 403,
      message: `namespaces is forbidden: User "${user}" cannot list resource "namespaces" in API group "" at the cluster scope`,
    });
  });

  test("give a user what a role bound to the user's group allows", async () => {
    await primary.kubectl(["create", "clusterrole", "readers", "--verb=list", "--resource=namespaces"]);
    await primary.kubectl(["create", "clusterrolebinding", "r", "--clusterrole=readers", "--group=fairlead:viewers"]);
    // The authorizer learns of the binding by its own watch.
    await primary.kubectl(["wait", "--for=create", "clusterrolebinding/r", "--timeout=10s"]);
    expect((await eventually(() => get(primary, "/api/v1/namespaces", { user: "viewer" }), 200)).status).toBe(200);
    expect((await get(primary, "/api/v1/namespaces", { user: "nobody" })).status).toBe(403);
  });

  test("know the admin by client certificate too", async () => {
    const config = primary.clientCertificateKubeconfig();
    expect(await primary.kubectl([`--kubeconfig=${config}`, "auth", "whoami", "-o", "json"])).toContain(
      '"username": "admin-by-certificate"',
    );
  });

  test("sign and accept tokens of ServiceAccounts", async () => {
    await primary.kubectl(["create", "serviceaccount", "robot", "-n", "default"]);
    const token = (await primary.kubectl(["create", "token", "robot", "-n", "default"])).trim();
    const { status, body } = await get(primary, "/api/v1/namespaces", { token });
    expect(status).toBe(403);
    expect(body).toContain("system:serviceaccount:default:robot");
  });

  test("admit a pod without a ServiceAccount, as no controller makes any", async () => {
    await primary.kubectl(["create", "namespace", "bare"]);
    await primary.kubectl(["run", "pod", "--image=none", "-n", "bare"]);
    expect(await primary.kubectl(["get", "pods", "-n", "bare", "-o", "name"])).toBe("pod/pod\n");
  });

  test("tell what kubectl was refused", async () => {
    await expect(primary.kubectl(["get", "namespace", "absent"])).rejects.toThrow(
      'kubectl get namespace absent on "primary" failed: Error from server (NotFound): namespaces "absent" not found',
    );
  });

  test("name the users they know when asked for another", () => {
    expect(() => primary.kubeconfig("root")).toThrow(
      'API server "primary" knows no user "root", only admin, operator, validator, viewer, nobody, auditor',
    );
  });

  test("record who asked for what and what came of it", async () => {
    await secondary.kubectl(["create", "configmap", "seen", "-n", "default"]);
    await get(secondary, "/api/v1/namespaces/kube-system/secrets/absent", { user: "nobody" });
    const events = await secondary.auditEvents();
    const seen = events.map((event) => [
      event.user.username,
      event.verb,
      event.objectRef?.resource,
      event.objectRef?.name,
      event.responseStatus?.code,
    ]);
    expect(seen).toContainEqual(["admin", "create", "configmaps", "seen", 201]);
    expect(seen).toContainEqual(["nobody", "get", "secrets", "absent", 403]);
    expect(events.filter((event) => event.user.username === "system:apiserver")).toEqual([]);
  });

  test("have in the log every call that ended before the log was read", async () => {
    for (let round = 0; round < 20; round++) {
      await get(secondary, `/api/v1/namespaces/default/configmaps/call-${round}`);
      const names = (await secondary.auditEvents()).map((event) => event.objectRef?.name);
      expect(names).toContain(`call-${round}`);
    }
  });
});

describe("a test API server that is disturbed", () => {
  test("refuses connections while killed and is back with its data, port and users after a restart", async () => {
    await secondary.kubectl(["create", "configmap", "kept", "-n", "default"]);
    const { url } = secondary;
    const token = secondary.token("viewer");
    await secondary.kill();
    await expect(get(secondary, "/version")).rejects.toThrow("ECONNREFUSED");
    expect((await secondary.auditEvents()).length).toBeGreaterThan(0);
    await secondary.restart();
    expect([secondary.url, secondary.token("viewer")]).toEqual([url, token]);
    expect(await secondary.kubectl(["get", "configmap", "kept", "-n", "default", "-o", "name"])).toBe(
      "configmap/kept\n",
    );
  }, 120_000);

  test("answers nothing while suspended and everything afterwards", async () => {
    secondary.suspend();
    try {
      const call = httpsGet({
        url: `${secondary.url}/version`,
        authority: await readFile(secondary.caFile, "utf8"),
        headers: {},
        timeoutMs: 300,
      });
      await expect(call).rejects.toThrow("aborted");
    } finally {
      secondary.resume();
    }
    expect((await get(secondary, "/version")).status).toBe(200);
  });
});

/** The first answer with that status, or the last one given: RBAC follows a new binding within moments. */
async function eventually<T extends { readonly status: number }>(call: () => Promise<T>, status: number): Promise<T> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    const answer = await call();
    if (answer.status === status || performance.now() > deadline) return answer;
  }
}
