import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { configMaps, signal } from "../../../integration/lib/kube/test-client.ts";
import { ClientBench, failure } from "./client-bench.ts";
import { allCalls, calls, plainCalls } from "./client-calls.ts";

let bench: ClientBench;
beforeAll(async () => {
  bench = await ClientBench.open();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench?.close());

/** Refusals that no repetition turns into consent. */
const lasting = [
  { status: 401, reason: "Unauthorized", id: "KUBE-01", ending: "was refused: not logged in" },
  { status: 403, reason: "Forbidden", id: "KUBE-02", ending: "is forbidden" },
  { status: 422, reason: "Invalid", id: "KUBE-09", ending: "was refused as invalid" },
  { status: 400, reason: "Invalid", id: "KUBE-09", ending: "was refused as invalid" },
] as const;

describe.each(lasting)("an answer $status", ({ status, reason, id, ending }) => {
  test.each(allCalls)("to a %s ends it at the first try, typed and in words", async (_name, { verb, words, call }) => {
    const { client, clock } = await bench.client();
    const object = await bench.made();
    bench.seen(verb);
    bench.proxy.add({ when: { verb, resource: "configmaps" }, fault: { kind: "answer", status } });
    const error = await failure(call(client, object));
    expect(error).toMatchObject({ reason, status, transient: false, unclear: false, text: { id } });
    expect(error.text.what).toMatch(new RegExp(`^${words}.* on "primary" ${ending}$`));
    expect([bench.seen(verb), clock.pauses]).toEqual([1, []]);
    await client.close();
  });
});

describe("a missing permission", () => {
  test.each(allCalls)("to %s is named with verb, resource, namespace and account", async (_name, { verb, call }) => {
    const { client } = await bench.client();
    const object = await bench.made();
    bench.proxy.add({ when: { verb, resource: "configmaps" }, fault: { kind: "answer", status: 403 } });
    expect((await failure(call(client, object))).text.fix).toBe(
      `grant "somebody" on "primary" the verb "${verb}" on configmaps in namespace default`,
    );
    await client.close();
  });

  test("is told from a refusal by an admission check, which no permission would change", async () => {
    const { client } = await bench.client();
    const message = 'admission webhook "check.example" denied the request: not on a Friday';
    bench.proxy.add({ when: { verb: "create" }, fault: { kind: "answer", status: 403, message } });
    expect(await failure(calls.create.call(client, await bench.made()))).toMatchObject({
      reason: "AdmissionDenied",
      text: { id: "KUBE-03", why: message },
    });
    await client.close();
  });
});

describe("an answer 404", () => {
  const absent = { kind: "answer", status: 404 } as const;

  test.each([
    ["get", calls.get],
    ["merge patch", calls["merge patch"]],
    ["replace", calls.replace],
  ])("to a %s ends it at the first try", async (_name, { verb, call }) => {
    const { client } = await bench.client();
    const object = await bench.made();
    bench.seen(verb);
    bench.proxy.add({ when: { verb, resource: "configmaps" }, fault: absent });
    expect(await failure(call(client, object))).toMatchObject({ reason: "NotFound", text: { id: "KUBE-04" } });
    expect(bench.seen(verb)).toBe(1);
    await client.close();
  });

  test("is an absent object for who only asks, and the end of a deletion", async () => {
    const { client } = await bench.client();
    bench.proxy.add({ when: { verb: ["get", "delete"] }, fault: absent });
    const ref = { name: "nowhere", namespace: "default" };
    expect(await client.find(configMaps, ref, { signal })).toBeUndefined();
    expect(await client.delete(configMaps, ref, { signal })).toBe("absent");
    await client.close();
  });

  test.each([["get"], ["delete"]] as const)(
    "of something that is no API server is never an absent object for a %s",
    async (name) => {
      const { client } = await bench.client();
      bench.proxy.add({ fault: { kind: "answer", status: 404, body: "<html>no such page</html>" } });
      const object = await bench.made();
      expect(await failure(calls[name].call(client, object))).toMatchObject({
        reason: "BadResponse",
        text: { id: "KUBE-16", why: expect.stringContaining("from something that is no API server") },
      });
      await client.close();
    },
  );
});

describe("K-33 an answer 409", () => {
  test.each([
    ["create", calls.create, "AlreadyExists", "KUBE-07"],
    ["merge patch", calls["merge patch"], "Conflict", "KUBE-06"],
    ["replace", calls.replace, "Conflict", "KUBE-06"],
    ["delete", calls.delete, "Conflict", "KUBE-06"],
    ["apply", calls.apply, "Conflict", "KUBE-17"],
  ] as const)(
    "to a %s that was not sent before is somebody else's doing",
    async (_name, { verb, call }, reason, id) => {
      const { client } = await bench.client();
      const object = await bench.made();
      bench.seen(verb);
      bench.proxy.add({ when: { verb, resource: "configmaps" }, fault: { kind: "answer", status: 409 } });
      expect(await failure(call(client, object))).toMatchObject({ reason, transient: false, text: { id } });
      expect(bench.seen(verb)).toBe(1);
      await client.close();
    },
  );
});

describe("an expired login that a program hands out", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-login-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function clientWithProgram() {
    const status = { token: bench.hub.token() };
    const credential = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status };
    const program = join(folder, "login.sh");
    await writeFile(program, `#!/bin/sh\necho asked >> ${folder}/asked\necho '${JSON.stringify(credential)}'\n`, {
      mode: 0o755,
    });
    const exec = { apiVersion: credential.apiVersion, command: program, interactiveMode: "Never" };
    const authority = await readFile(bench.proxy.caFile, "base64");
    const kubeconfig = join(folder, "kubeconfig");
    const config = {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "hub",
      contexts: [{ name: "hub", context: { cluster: "hub", user: "hub" } }],
      clusters: [{ name: "hub", cluster: { server: bench.proxy.url, "certificate-authority-data": authority } }],
      users: [{ name: "hub", user: { exec } }],
    };
    await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
    return await bench.client({}, [], kubeconfig);
  }

  const asked = async (): Promise<number> => (await readFile(join(folder, "asked"), "utf8")).trim().split("\n").length;

  test.each(plainCalls)(
    "is renewed once, then the %s goes on; refused again, it ends with the words of a refused login",
    async (_name, { verb, call }) => {
      await rm(join(folder, "asked"), { force: true });
      const { client, clock } = await clientWithProgram();
      await client.list(configMaps, { atMost: 1 }, { signal });
      clock.passed = 60_000;
      const object = await bench.made();
      bench.proxy.add({ when: { verb, resource: "configmaps" }, times: 1, fault: { kind: "answer", status: 401 } });
      await call(client, object);
      expect([await asked(), clock.pauses]).toEqual([2, []]);

      bench.seen(verb);
      bench.proxy.add({ when: { verb, resource: "configmaps" }, fault: { kind: "answer", status: 401 } });
      clock.passed = 120_000;
      expect(await failure(call(client, await bench.made()))).toMatchObject({
        reason: "Unauthorized",
        text: { id: "KUBE-01" },
      });
      expect([await asked(), bench.seen(verb)]).toEqual([3, 2]);
      await client.close();
    },
  );
});
