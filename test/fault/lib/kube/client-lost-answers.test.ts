import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type ConfigMap, configMap, configMaps, freshName, signal } from "../../../integration/lib/kube/test-client.ts";
import type { Fault } from "../../../support/fault-proxy/types.ts";
import { ClientBench, failure } from "./client-bench.ts";

let bench: ClientBench;
beforeAll(async () => {
  bench = await ClientBench.open();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench?.close());

/** The server carries the write out; its answer is lost on the way. */
const lost: readonly (readonly [string, Fault])[] = [
  ["the connection breaks", { kind: "reset", when: "after" }],
  ["nothing comes any more", { kind: "hang", when: "after" }],
  ["the answer is cut off", { kind: "truncate", keepBytes: 30 }],
  ["the connection breaks inside the answer", { kind: "cut-body", keepBytes: 30 }],
];

const limit = { requestTimeoutMs: 700 };
const call = { signal, ...limit };
const refOf = ({ metadata }: ConfigMap) => ({ name: metadata.name, namespace: "default" });

async function clientThatLoses(verb: string, fault: Fault, times = 1) {
  const { client, clock } = await bench.client();
  clock.untilTold = limit.requestTimeoutMs;
  const struck: Fault = fault.kind === "hang" ? { ...fault, onHang: () => clock.expire() } : fault;
  bench.seen(verb);
  bench.proxy.add({ when: { verb, resource: "configmaps" }, times, fault: struck });
  return client;
}

describe.each(lost)("a write after which %s", (_name, fault) => {
  test("create: the second one meets the first, which is ours", async () => {
    const client = await clientThatLoses("create", fault);
    const body = configMap(freshName("lost"), { a: "1" });
    const created = await client.create(configMaps, body, call);
    expect(created).toMatchObject({
      data: { a: "1" },
      metadata: { uid: (await bench.look(body.metadata.name))?.metadata.uid },
    });
    expect(bench.seen("create")).toBe(2);
    await client.close();
  });

  test("merge patch on a version: the second one is refused, and the object tells that it holds", async () => {
    const object = await bench.made();
    const { uid = "", resourceVersion = "" } = object.metadata;
    const client = await clientThatLoses("patch", fault);
    const patched = await client.mergePatch(
      configMaps,
      refOf(object),
      { data: { a: "2" } },
      { ...call, uid, resourceVersion },
    );
    expect(patched.data).toEqual({ a: "2" });
    expect(bench.seen("patch")).toBe(2);
    await client.close();
  });

  test("merge patch without one: repeating it changes nothing", async () => {
    const object = await bench.made();
    const client = await clientThatLoses("patch", fault);
    await client.mergePatch(configMaps, refOf(object), { data: { b: "2" } }, call);
    expect((await bench.look(object.metadata.name))?.data).toEqual({ a: "1", b: "2" });
    await client.close();
  });

  test("JSON patch with a test: the second one is refused, and the object tells that it holds", async () => {
    const object = await bench.made();
    const client = await clientThatLoses("patch", fault);
    const operations = [
      { op: "test", path: "/data/a", value: "1" },
      { op: "replace", path: "/data/a", value: "2" },
    ] as const;
    expect((await client.jsonPatch(configMaps, refOf(object), operations, call)).data).toEqual({ a: "2" });
    expect(bench.seen("patch")).toBe(2);
    await client.close();
  });

  test("replace of a version: the second one is refused, and the object tells that it holds", async () => {
    const object = await bench.made();
    const client = await clientThatLoses("update", fault);
    expect((await client.replace(configMaps, { ...object, data: { z: "9" } }, call)).data).toEqual({ z: "9" });
    expect(bench.seen("update")).toBe(2);
    await client.close();
  });

  test("apply to a version: the second one is refused, and the object tells that it holds", async () => {
    const object = await bench.made();
    const { name, resourceVersion = "" } = object.metadata;
    const client = await clientThatLoses("patch", fault);
    const body = { ...configMap(name, { a: "2" }), metadata: { name, namespace: "default", resourceVersion } };
    expect((await client.apply(configMaps, body, { ...call, force: true })).data).toEqual({ a: "2" });
    expect(bench.seen("patch")).toBe(2);
    await client.close();
  });

  test("apply: repeating it changes nothing, and it stays with its manager", async () => {
    const body = configMap(freshName("applied"), { a: "1" });
    const client = await clientThatLoses("patch", fault);
    const applied = await client.apply(configMaps, body, call);
    const { metadata } = (await bench.look(body.metadata.name)) ?? configMap("none");
    expect(applied.metadata.resourceVersion).toBe(metadata.resourceVersion);
    expect(metadata.managedFields).toMatchObject([{ manager: "fairlead-test", operation: "Apply" }]);
    await client.close();
  });

  test("delete: the second one finds nothing, which is what was wanted", async () => {
    const object = await bench.made();
    const client = await clientThatLoses("delete", fault);
    expect(await client.delete(configMaps, refOf(object), call)).toBe("absent");
    expect(await bench.look(object.metadata.name)).toBeUndefined();
    await client.close();
  });

  test("delete of one object by uid, which a finalizer holds: it is on its way out", async () => {
    const body = {
      ...configMap(freshName("held")),
      metadata: { ...configMap("").metadata, name: freshName("held"), finalizers: ["test.example/hold"] },
    };
    const { metadata } = await bench.direct.create(configMaps, body, { signal });
    const { uid = "", resourceVersion = "" } = metadata;
    const client = await clientThatLoses("delete", fault);
    expect(await client.delete(configMaps, metadata, { ...call, uid, resourceVersion })).toBe("deleting");
    await bench.direct.mergePatch(configMaps, metadata, { metadata: { finalizers: null } }, { signal });
    await client.close();
  });
});

describe("a lost answer does not make somebody else's write ours", () => {
  const fault = { kind: "reset", when: "before" } as const;

  test("create: a strange object of that name stays an error", async () => {
    const object = await bench.made({ theirs: "yes" });
    const client = await clientThatLoses("create", fault);
    const body = configMap(object.metadata.name, { ours: "yes" });
    expect(await failure(client.create(configMaps, body, call))).toMatchObject({
      reason: "AlreadyExists",
      text: { id: "KUBE-07" },
    });
    await client.close();
  });

  test("merge patch: a version that somebody else has moved on stays an error, and theirs stands", async () => {
    const object = await bench.made();
    const { resourceVersion = "" } = object.metadata;
    const client = await clientThatLoses("patch", fault);
    await bench.direct.mergePatch(configMaps, refOf(object), { data: { a: "theirs" } }, { signal });
    const patch = client.mergePatch(configMaps, refOf(object), { data: { a: "ours" } }, { ...call, resourceVersion });
    expect(await failure(patch)).toMatchObject({ reason: "Conflict", text: { id: "KUBE-06" } });
    expect((await bench.look(object.metadata.name))?.data).toEqual({ a: "theirs" });
    await client.close();
  });

  test("merge patch by uid: an object that was made anew stays an error", async () => {
    const object = await bench.made();
    const { uid = "" } = object.metadata;
    const client = await clientThatLoses("patch", fault);
    await bench.direct.delete(configMaps, refOf(object), { signal });
    await bench.direct.create(configMaps, configMap(object.metadata.name, { a: "ours" }), { signal });
    const patch = client.mergePatch(configMaps, refOf(object), { data: { a: "ours" } }, { ...call, uid });
    expect(await failure(patch)).toMatchObject({ reason: "Conflict" });
    await client.close();
  });

  test("delete by uid: the object that came after it is left alone", async () => {
    const object = await bench.made();
    const { uid = "" } = object.metadata;
    const client = await clientThatLoses("delete", { kind: "reset", when: "after" });
    const deletion = client.delete(configMaps, refOf(object), { ...call, uid });
    await bench.proxy.seen({ verb: "delete", resource: "configmaps", name: object.metadata.name });
    await bench.direct
      .create(configMaps, configMap(object.metadata.name, { a: "new" }), { signal, attempts: 5 })
      .catch(() => undefined);
    await deletion.catch(() => undefined);
    const left = await bench.look(object.metadata.name);
    expect(left === undefined || left.data?.["a"] === "new").toBe(true);
    await client.close();
  });
});

test("a JSON patch that would add twice is not sent again when its answer is lost", async () => {
  const object = await bench.made();
  const client = await clientThatLoses("patch", { kind: "reset", when: "after" });
  const adding = client.jsonPatch(configMaps, refOf(object), [{ op: "add", path: "/data/n", value: "1" }], call);
  expect(await failure(adding)).toMatchObject({ reason: "Unreachable", unclear: true });
  expect(bench.seen("patch")).toBe(1);
  await client.close();
});
