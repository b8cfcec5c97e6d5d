import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { KubeConflictError } from "../../../../steps/lib/kube/kube-error.ts";
import type { KubeClient, KubeObject, Resource, WatchEvent } from "../../../../steps/lib/kube/types.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { eventually } from "../../../support/eventually.ts";
import { type ConfigMap, configMap, configMaps, freshName, open, refusal, signal } from "./test-client.ts";

let servers: ApiServers;
let hub: TestApiServer;
let client: KubeClient;
beforeAll(async () => {
  servers = await startApiServers(["primary"]);
  hub = servers.server("primary");
  client = (await open(hub.kubeconfig())).client;
}, 240_000);
afterAll(async () => {
  await client?.close();
  await servers?.stop();
});

const absentKind: Resource = {
  group: "nobody.example",
  version: "v1",
  plural: "things",
  kind: "Thing",
  scope: "namespaced",
};

async function made(data: Readonly<Record<string, string>> = { a: "1" }): Promise<ConfigMap> {
  return await client.create(configMaps, configMap(freshName("object"), data), { signal });
}

describe("reading one object", () => {
  test("gives it as the server has it", async () => {
    const { metadata } = await made();
    expect(await client.get(configMaps, { name: metadata.name, namespace: "default" }, { signal })).toMatchObject({
      kind: "ConfigMap",
      metadata: { uid: metadata.uid },
      data: { a: "1" },
    });
  });

  test("that is absent is an error that names it, or nothing for who only asks", async () => {
    const ref = { name: "nowhere", namespace: "default" };
    expect(await refusal(client.get(configMaps, ref, { signal }))).toEqual({
      id: "KUBE-04",
      what: 'get ConfigMap default/nowhere on "primary" found nothing',
      why: 'configmaps "nowhere" not found',
      fix: "check the name and the namespace",
    });
    expect(await client.find(configMaps, ref, { signal })).toBeUndefined();
  });

  test.each([
    ["an unknown group", absentKind],
    ["an unknown kind of a known group", { ...absentKind, group: "apps" }],
  ])("of %s is an error that names the missing definition, or nothing for who only asks", async (_name, resource) => {
    const ref = { name: "x", namespace: "default" };
    expect(await refusal(client.get(resource, ref, { signal }))).toMatchObject({
      id: "KUBE-05",
      why: `the CustomResourceDefinition of things.${resource.group} is not installed on "primary"`,
    });
    expect(await client.find(resource, ref, { signal })).toBeUndefined();
  });
});

describe("listing", () => {
  beforeAll(async () => {
    await client.create(
      { group: "", version: "v1", plural: "namespaces", kind: "Namespace", scope: "cluster" },
      { metadata: { name: "listed" } },
      { signal },
    );
    const bodies = Array.from({ length: 25 }, (_, index) => ({
      ...configMap(`item-${String(index).padStart(2, "0")}`, { index: String(index) }, "listed"),
      metadata: {
        name: `item-${String(index).padStart(2, "0")}`,
        namespace: "listed",
        labels: { odd: String(index % 2) },
      },
    }));
    await Promise.all(bodies.map((body) => client.create(configMaps, body, { signal })));
  });

  test("brings all pages, in order, each object projected", async () => {
    const before = client.requestCount();
    const { items } = await client.list(
      configMaps,
      { namespace: "listed", limit: 10 },
      { signal, project: (item) => item.metadata.name },
    );
    expect(items).toEqual(Array.from({ length: 25 }, (_, index) => `item-${String(index).padStart(2, "0")}`));
    expect(client.requestCount() - before).toBe(3);
  });

  test("stops after as many objects as are wanted, with one small request", async () => {
    const before = client.requestCount();
    const { items } = await client.list(configMaps, { namespace: "listed", atMost: 1 }, { signal });
    expect(items.map(({ metadata }) => metadata.name)).toEqual(["item-00"]);
    expect(client.requestCount() - before).toBe(1);
    const seven = await client.list(configMaps, { namespace: "listed", atMost: 7, limit: 5 }, { signal });
    expect(seven.items).toHaveLength(7);
  });

  test("follows selectors and reaches all namespaces", async () => {
    const odd = await client.list(configMaps, { namespace: "listed", labelSelector: "odd=1" }, { signal });
    expect(odd.items).toHaveLength(12);
    const one = await client.list(configMaps, { fieldSelector: "metadata.name=item-07" }, { signal });
    expect(one.items).toHaveLength(1);
  });

  test("takes smaller pages where a page is larger than what is taken", async () => {
    const { client: small } = await open(hub.kubeconfig(), { maximumAnswerBytes: 5_000 });
    const { items } = await small.list(configMaps, { namespace: "listed" }, { signal });
    expect(items).toHaveLength(25);
    await small.close();
  });

  test("refuses an object that alone is larger than what is taken", async () => {
    const { client: tiny } = await open(hub.kubeconfig(), { maximumAnswerBytes: 100 });
    expect(await refusal(tiny.list(configMaps, { namespace: "listed" }, { signal }))).toMatchObject({
      id: "KUBE-16",
      why: "the answer is larger than 0 MiB",
    });
    await tiny.close();
  });
});

describe("creating", () => {
  test("over a taken name is an error", async () => {
    const { metadata } = await made({ a: "1" });
    expect(await refusal(client.create(configMaps, configMap(metadata.name, { a: "1" }), { signal }))).toMatchObject({
      id: "KUBE-07",
      what: `create ConfigMap default/${metadata.name} on "primary" found another object of that name`,
    });
  });

  test("of something invalid is an error in the server's words", async () => {
    expect(await refusal(client.create(configMaps, configMap("Not_A_Name"), { signal }))).toMatchObject({
      id: "KUBE-09",
      why: expect.stringContaining("a lowercase RFC 1123 subdomain"),
    });
  });

  test("with dryRun changes nothing", async () => {
    const body = configMap(freshName("dry"));
    await client.create(configMaps, body, { signal, dryRun: "All" });
    expect(
      await client.find(configMaps, { name: body.metadata.name, namespace: "default" }, { signal }),
    ).toBeUndefined();
  });

  test("with generateName lets the server choose the name", async () => {
    // The server fills in the name that is missing here.
    const body = {
      kind: "ConfigMap",
      metadata: { generateName: "made-", namespace: "default" },
    } as unknown as ConfigMap;
    const { metadata } = await client.create(configMaps, body, { signal });
    expect(metadata.name).toMatch(/^made-.{5}$/);
  });
});

describe("server-side apply", () => {
  test("creates, changes, and owns its fields under the client's name", async () => {
    const body = configMap(freshName("applied"), { a: "1" });
    await client.apply(configMaps, body, { signal });
    const { data, metadata } = await client.apply(configMaps, { ...body, data: { b: "2" } }, { signal });
    expect(data).toEqual({ b: "2" });
    expect(metadata.managedFields).toEqual([expect.objectContaining({ manager: "fairlead-test", operation: "Apply" })]);
  });

  test("reports each field of another manager, and takes it over only by force", async () => {
    const body = configMap(freshName("contested"), { a: "1", b: "1" });
    await client.apply(configMaps, body, { signal, fieldManager: "argocd" });
    const ours = { ...body, data: { a: "2", b: "2" } };
    const error: unknown = await client.apply(configMaps, ours, { signal }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KubeConflictError);
    expect(error).toMatchObject({
      conflicts: [
        { field: ".data.a", manager: "argocd" },
        { field: ".data.b", manager: "argocd" },
      ],
      text: {
        id: "KUBE-17",
        what: `apply ConfigMap default/${body.metadata.name} on "primary" met fields of other managers`,
        why: ".data.a (argocd), .data.b (argocd)",
      },
    });
    expect((await client.apply(configMaps, ours, { signal, force: true })).data).toEqual({ a: "2", b: "2" });
  });
});

describe("patching", () => {
  test("merges: null removes", async () => {
    const { metadata } = await made({ a: "1", b: "2" });
    const patched = await client.mergePatch(
      configMaps,
      { name: metadata.name, namespace: "default" },
      { data: { a: null, c: "3" } },
      { signal },
    );
    expect(patched.data).toEqual({ b: "2", c: "3" });
  });

  test("is refused when the object changed since, or is another one of that name", async () => {
    const { metadata } = await made();
    const ref = { name: metadata.name, namespace: "default" };
    const { resourceVersion = "", uid = "" } = metadata;
    await client.mergePatch(configMaps, ref, { data: { a: "2" } }, { signal, resourceVersion, uid });
    const late = client.mergePatch(configMaps, ref, { data: { a: "3" } }, { signal, resourceVersion });
    expect(await refusal(late)).toMatchObject({ id: "KUBE-06" });
    const other = client.mergePatch(
      configMaps,
      ref,
      { data: { a: "3" } },
      { signal, uid: "00000000-0000-0000-0000-000000000000" },
    );
    expect(await refusal(other)).toMatchObject({ id: "KUBE-06" });
    expect((await client.get(configMaps, ref, { signal })).data).toEqual({ a: "2" });
  });

  test("as JSON patch is refused when its test fails", async () => {
    const { metadata } = await made({ a: "1" });
    const ref = { name: metadata.name, namespace: "default" };
    const change = (from: string, to: string) =>
      client.jsonPatch(
        configMaps,
        ref,
        [
          { op: "test", path: "/data/a", value: from },
          { op: "replace", path: "/data/a", value: to },
        ],
        { signal },
      );
    expect((await change("1", "2")).data).toEqual({ a: "2" });
    expect(await refusal(change("1", "3"))).toMatchObject({ id: "KUBE-09" });
  });

  test("reaches the status alone through its subresource", async () => {
    const namespaces: Resource<KubeObject & { readonly status?: { readonly phase?: string } }> = {
      group: "",
      version: "v1",
      plural: "namespaces",
      kind: "Namespace",
      scope: "cluster",
    };
    const name = freshName("space");
    await client.create(namespaces, { metadata: { name } }, { signal });
    const patch = { metadata: { labels: { x: "y" } }, status: { conditions: [{ type: "Seen", status: "True" }] } };
    const patched = await client.mergePatch(namespaces, { name }, patch, { signal, subresource: "status" });
    expect(patched).toMatchObject({ status: { conditions: [{ type: "Seen" }] } });
  });
});

describe("replacing", () => {
  test("is refused when the object changed since", async () => {
    const first = await made({ a: "1" });
    const second = await client.replace(configMaps, { ...first, data: { b: "2" } }, { signal });
    expect(second.data).toEqual({ b: "2" });
    expect(await refusal(client.replace(configMaps, { ...first, data: { c: "3" } }, { signal }))).toMatchObject({
      id: "KUBE-06",
      what: `update ConfigMap default/${first.metadata.name} on "primary" met a change by someone else`,
    });
  });
});

describe("deleting", () => {
  test("says whether there was something to delete", async () => {
    const { metadata } = await made();
    const ref = { name: metadata.name, namespace: "default" };
    expect(await client.delete(configMaps, ref, { signal })).toBe("deleting");
    expect(await client.delete(configMaps, ref, { signal })).toBe("absent");
    expect(await client.delete(absentKind, ref, { signal })).toBe("absent");
  });

  test("spares another object of the same name", async () => {
    const { metadata } = await made();
    const ref = { name: metadata.name, namespace: "default" };
    const wrong = client.delete(configMaps, ref, { signal, uid: "00000000-0000-0000-0000-000000000000" });
    expect(await refusal(wrong)).toMatchObject({ id: "KUBE-06" });
    expect(await client.find(configMaps, ref, { signal })).toBeDefined();
  });

  test("never reaches the collection, whatever the name", async () => {
    const { metadata } = await made();
    await expect(client.delete(configMaps, { name: "", namespace: "default" }, { signal })).rejects.toThrow(
      '"" is no name in Kubernetes',
    );
    await expect(client.delete(configMaps, { name: "..", namespace: "default" }, { signal })).rejects.toThrow(
      "no name",
    );
    expect(await client.find(configMaps, { name: metadata.name, namespace: "default" }, { signal })).toBeDefined();
  });
});

describe("watching", () => {
  test("tells what is there, then each change, projected", async () => {
    const namespace = "default";
    const name = freshName("watched");
    const stop = new AbortController();
    const seen: WatchEvent<string>[] = [];
    const events = client.watch(
      configMaps,
      { namespace, fieldSelector: `metadata.name=${name}` },
      { signal: stop.signal, project: (item) => item.data?.["a"] ?? "" },
    );
    const next: Readonly<Record<WatchEvent<string>["type"], () => Promise<unknown>>> = {
      replaced: () => client.create(configMaps, configMap(name, { a: "1" }), { signal }),
      added: () => client.mergePatch(configMaps, { name, namespace }, { data: { a: "2" } }, { signal }),
      modified: () => client.delete(configMaps, { name, namespace }, { signal }),
      deleted: async () => stop.abort(new Error("seen enough")),
    };
    const watching = (async () => {
      for await (const event of events) {
        seen.push(event);
        await next[event.type]();
      }
    })();
    await expect(watching).rejects.toThrow("seen enough");
    expect(seen).toEqual([
      { type: "replaced", items: [] },
      { type: "added", object: "1" },
      { type: "modified", object: "2" },
      { type: "deleted", object: "2" },
    ]);
  });

  test("ends its connection when its reader loses interest", async () => {
    const { client: own } = await open(hub.kubeconfig());
    for await (const event of own.watch(configMaps, { namespace: "default" }, { signal })) {
      expect(event.type).toBe("replaced");
      break;
    }
    await own.close();
  });

  test("of an unknown kind is an error", async () => {
    const first = client.watch(absentKind, {}, { signal })[Symbol.asyncIterator]().next();
    expect(await refusal(first)).toMatchObject({ id: "KUBE-05" });
  });
});

describe("asking about the server and the caller", () => {
  test("gives the version and the server's clock", async () => {
    const before = Date.now();
    const { gitVersion, serverTime } = await client.serverVersion({ signal });
    expect(gitVersion).toBe("v1.35.4");
    // It tells whole seconds.
    expect(serverTime).toBeGreaterThan(before - 1_000);
    expect(serverTime).toBeLessThanOrEqual(Date.now());
  });

  test("gives an answer for each permission, in order", async () => {
    await hub.kubectl(["create", "role", "reader", "--verb=get", "--resource=configmaps,pods/log", "-n", "default"]);
    await hub.kubectl([
      "create",
      "rolebinding",
      "reader",
      "--role=reader",
      "--group=fairlead:viewers",
      "-n",
      "default",
    ]);
    const { client: viewer } = await open(hub.kubeconfig("viewer"));
    const asked = [
      { verb: "get", group: "", resource: "configmaps", namespace: "default" },
      { verb: "list", group: "", resource: "configmaps", namespace: "default" },
      { verb: "get", group: "", resource: "pods/log", namespace: "default" },
      { verb: "get", group: "", resource: "pods", namespace: "default" },
      { verb: "get", group: "", resource: "configmaps" },
    ];
    // The server takes up a new role a moment after its creation.
    await eventually(async () => {
      const answers = await viewer.reviewAccess(asked, { signal });
      expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, true, false, false]);
      expect(answers[0]?.reason).toContain('RoleBinding "reader/default"');
    });
    await viewer.close();
  });

  test("collects the server's warnings, each once", async () => {
    const { client: own } = await open(hub.kubeconfig());
    await hub.kubectl(["apply", "-f", "-"], oldThings);
    const things: Resource = {
      group: "example.io",
      version: "v1alpha1",
      plural: "oldthings",
      kind: "OldThing",
      scope: "cluster",
    };
    // The server takes up a new kind a moment after its creation.
    await eventually(async () => {
      await own.find(things, { name: "x" }, { signal });
      expect(own.warnings()).toHaveLength(1);
    });
    await own.list(things, {}, { signal });
    expect(own.warnings()).toEqual(["example.io/v1alpha1 OldThing is old; use v1"]);
    await own.close();
  });

  test("says when the pod of a log is not there", async () => {
    const nowhere = { name: "nowhere", namespace: "default" };
    expect(await refusal(client.podLog(nowhere, { tailLines: 10 }, { signal }))).toMatchObject({
      id: "KUBE-04",
      what: 'get Pod default/nowhere on "primary" found nothing',
    });
    const lines = client.podLogLines(nowhere, {}, { signal });
    expect(await refusal(lines[Symbol.asyncIterator]().next())).toMatchObject({ id: "KUBE-04" });
  });

  test("K-38 names what it logs in with", async () => {
    expect(await client.credential()).toEqual({ kind: "token", token: hub.token() });
    const { client: byCertificate } = await open(hub.clientCertificateKubeconfig());
    expect(await byCertificate.credential()).toEqual({ kind: "client-certificate" });
    await byCertificate.close();
  });
});

const oldThings = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: oldthings.example.io }
spec:
  group: example.io
  scope: Cluster
  names: { plural: oldthings, kind: OldThing }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object } }
    - name: v1alpha1
      served: true
      storage: false
      deprecated: true
      deprecationWarning: example.io/v1alpha1 OldThing is old; use v1
      schema: { openAPIV3Schema: { type: object } }
`;
