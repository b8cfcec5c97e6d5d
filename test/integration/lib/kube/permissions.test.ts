import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import { EventWriter } from "../../../../steps/lib/kube/events.ts";
import { source } from "../../../../steps/lib/kube/live-collection.ts";
import { readOnce } from "../../../../steps/lib/kube/live-reader.ts";
import type { KubeClient, KubeObject, Resource } from "../../../../steps/lib/kube/types.ts";
import { waitFor } from "../../../../steps/lib/kube/wait-for.ts";
import { waitOn } from "../../../../steps/lib/phase/types.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "../../../support/api-servers.ts";
import { configMap, configMaps, freshName, open, recordingLog, refusal, signal } from "./test-client.ts";

let servers: ApiServers;
let hub: TestApiServer;
let admin: KubeClient;
beforeAll(async () => {
  servers = await startApiServers(["primary"]);
  hub = servers.server("primary");
  admin = (await open(hub.kubeconfig())).client;
  // May list, but not watch: as a role that was written without thinking of waits.
  await hub.kubectl(["create", "clusterrole", "lister", "--verb=get,list", "--resource=configmaps"]);
  await hub.kubectl(["create", "clusterrolebinding", "lister", "--clusterrole=lister", "--group=fairlead:viewers"]);
}, 240_000);
afterAll(async () => {
  await admin?.close();
  await servers?.stop();
});

const namespaces: Resource = { group: "", version: "v1", plural: "namespaces", kind: "Namespace", scope: "cluster" };

describe("a missing permission", () => {
  let nobody: KubeClient;
  beforeAll(async () => {
    nobody = (await open(hub.kubeconfig("nobody"))).client;
  });
  afterAll(() => nobody.close());
  const ref = { name: "x", namespace: "default" };

  test.each([
    ["get", "in namespace default", () => nobody.get(configMaps, ref, { signal })],
    ["list", "in namespace default", () => nobody.list(configMaps, { namespace: "default" }, { signal })],
    ["list", "in all namespaces", () => nobody.list(configMaps, {}, { signal })],
    ["create", "in namespace default", () => nobody.create(configMaps, configMap("x"), { signal })],
    ["patch", "in namespace default", () => nobody.mergePatch(configMaps, ref, {}, { signal })],
    ["delete", "in namespace default", () => nobody.delete(configMaps, ref, { signal })],
  ])("is named: who, %s, where (%s)", async (verb, where, call) => {
    const text = await refusal(call());
    expect(text).toMatchObject({
      id: "KUBE-02",
      what: expect.stringMatching(new RegExp(`^${verb} .* on "primary" is forbidden$`)),
      fix: `grant "nobody" on "primary" the verb "${verb}" on configmaps ${where}`,
    });
  });

  test("at cluster scope is named so", async () => {
    expect((await refusal(nobody.get(namespaces, { name: "default" }, { signal }))).fix).toBe(
      'grant "nobody" on "primary" the verb "get" on namespaces at cluster scope',
    );
  });

  test("is told at once, by a single request", async () => {
    const { client } = await open(hub.kubeconfig("nobody"));
    await refusal(client.get(configMaps, ref, { signal }));
    expect(client.requestCount()).toBe(1);
    await client.close();
  });

  test("ends a wait at once", async () => {
    const wait = waitOn({
      title: "waiting for nothing",
      sources: { maps: source(nobody, configMaps, { namespace: "default" }, ({ metadata }) => metadata.name) },
      decide: () => ({ state: "pending", note: "never seen" }),
      timeoutMs: 60_000,
    });
    const environment = { clock: systemClock, signal, log: recordingLog().log, onNote: () => undefined };
    expect(await refusal(waitFor(wait, environment))).toMatchObject({ id: "KUBE-02" });
  });
});

describe("a role without the verb watch", () => {
  test("still lets a wait see its condition, by looking from time to time, with a warning that names the verb", async () => {
    const { client } = await open(hub.kubeconfig("viewer"));
    const { log, lines } = recordingLog();
    const name = freshName("looked-at");
    const notes: string[] = [];
    const wait = waitOn({
      title: "waiting for the object",
      sources: {
        maps: source(client, configMaps, { fieldSelector: `metadata.name=${name}` }, ({ data }) => data?.["a"]),
      },
      decide: ({ maps: [value] }) =>
        value === "2" ? { state: "done", note: "it is 2" } : { state: "pending", note: `it is ${value ?? "absent"}` },
      timeoutMs: 60_000,
      pollMs: 200,
    });
    const onNote = (note: string): void => {
      notes.push(note);
      if (note === "it is absent") void admin.create(configMaps, configMap(name, { a: "1" }), { signal });
      if (note === "it is 1") {
        void admin.mergePatch(configMaps, { name, namespace: "default" }, { data: { a: "2" } }, { signal });
      }
    };
    expect(await waitFor(wait, { clock: systemClock, signal, log, onNote })).toMatchObject({
      state: "done",
      note: "it is 2",
    });
    expect(notes).toEqual(["it is absent", "it is 1"]);
    expect(lines).toEqual([
      'warn watch configmaps on "primary" is forbidden; looking every 0.2 s instead: grant "viewer" on "primary" the verb "watch" on configmaps in all namespaces',
    ]);
    await client.close();
  });

  test("lets a single look be taken", async () => {
    const { client } = await open(hub.kubeconfig("viewer"));
    const name = freshName("seen");
    await admin.create(configMaps, configMap(name, { a: "1" }), { signal });
    const { maps } = await readOnce(
      { maps: source(client, configMaps, { fieldSelector: `metadata.name=${name}` }, ({ data }) => data?.["a"]) },
      signal,
    );
    expect(maps).toEqual(["1"]);
    await client.close();
  });
});

describe("a refusal by admission", () => {
  test("of a policy is quoted and never called a missing permission", async () => {
    await hub.kubectl(["apply", "-f", "-"], policy);
    const forbidden = { ...configMap("forbidden-name"), metadata: { name: "forbidden-name", namespace: "default" } };
    // A policy takes effect a moment after its creation.
    const text = await eventually(async () => {
      const outcome = await refusal(admin.create(configMaps, forbidden, { signal })).catch(() => undefined);
      if (outcome === undefined) await admin.delete(configMaps, forbidden.metadata, { signal });
      return outcome;
    });
    expect(text).toMatchObject({
      id: "KUBE-03",
      why: expect.stringContaining("denied request: the name is not wanted here"),
      fix: "correct what the message names, then start again",
    });
  });

  test("of a namespace that is being deleted is no missing permission either", async () => {
    const name = freshName("ending");
    await admin.create(namespaces, { metadata: { name } }, { signal });
    await admin.delete(namespaces, { name }, { signal });
    expect(await refusal(admin.create(configMaps, configMap("x", {}, name), { signal }))).toMatchObject({
      id: "KUBE-03",
      why: expect.stringContaining("because it is being terminated"),
    });
  });

  test("by a webhook that does not answer is retried like a failure of the server, then told as what it is", async () => {
    await hub.kubectl(["apply", "-f", "-"], deadWebhook);
    const { client, lines } = await open(hub.kubeconfig());
    const body = {
      ...configMap(freshName("guarded")),
      metadata: { name: freshName("guarded"), namespace: "default", labels: { guarded: "yes" } },
    };
    const text = await eventually(async () => {
      const outcome = await refusal(client.create(configMaps, body, { signal, attempts: 2 })).catch(() => undefined);
      if (outcome === undefined) await client.delete(configMaps, body.metadata, { signal });
      return outcome;
    });
    expect(text).toMatchObject({
      id: "KUBE-12",
      what: expect.stringContaining("failed because a webhook of the cluster does not answer"),
      why: expect.stringContaining('failed calling webhook "dead.example.io"'),
      fix: "start the operator that serves the webhook, then start again; this write changed nothing",
    });
    expect(lines.some((line) => line.startsWith("info retrying create: "))).toBe(true);
    await hub.kubectl(["delete", "validatingwebhookconfiguration", "dead"]);
    await client.close();
  });
});

describe("Events", () => {
  interface Event extends KubeObject {
    readonly note?: string;
    readonly type?: string;
    readonly regarding?: { readonly name?: string; readonly kind?: string };
  }
  const events: Resource<Event> = {
    group: "events.k8s.io",
    version: "v1",
    plural: "events",
    kind: "Event",
    scope: "namespaced",
  };
  const text = { type: "Normal", reason: "Activated", action: "Switchover", note: "12 clusters moved" } as const;
  const writer = (client: KubeClient) => {
    const { log, lines } = recordingLog();
    const options = { client, controller: "fairlead.dev/switchover", instance: "run-1", log };
    return { lines, events: new EventWriter({ ...options, clock: systemClock, random: systemRandom }) };
  };

  test("stand beside the object that they are about", async () => {
    const made = await admin.create(configMaps, configMap(freshName("moved")), { signal });
    const { events: own, lines } = writer(admin);
    await own.write(configMaps, made.metadata, text, signal);
    await own.write(namespaces, { name: "kube-system" }, { ...text, note: "ä".repeat(2000) }, signal);
    const { items } = await admin.list(events, { namespace: "default" }, { signal });
    const about = (name: string) => items.find(({ regarding }) => regarding?.name === name);
    expect(about(made.metadata.name)).toMatchObject({
      note: "12 clusters moved",
      type: "Normal",
      regarding: { kind: "ConfigMap" },
    });
    expect(about("kube-system")?.note).toMatch(/^ä{500,511}.?…$/u);
    expect(lines).toEqual([]);
    expect(await hub.kubectl(["describe", "configmap", made.metadata.name])).toContain("12 clusters moved");
  });

  test("never fail a run: a missing permission is one warning, and then they rest", async () => {
    const { client } = await open(hub.kubeconfig("nobody"));
    const { events: own, lines } = writer(client);
    await own.write(configMaps, { name: "x", namespace: "default" }, text, signal);
    await own.write(configMaps, { name: "x", namespace: "default" }, text, signal);
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn could not write an Event about ConfigMap x; no more are written: KUBE-02: create Event/,
      ),
    ]);
    expect(client.requestCount()).toBe(1);
    await client.close();
  });
});

async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const policy = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: { name: names }
spec:
  matchConstraints:
    resourceRules: [{ apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE] }]
  validations:
    - expression: object.metadata.name != "forbidden-name"
      message: the name is not wanted here
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: { name: names }
spec: { policyName: names, validationActions: [Deny] }
`;

const deadWebhook = `
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: { name: dead }
webhooks:
  - name: dead.example.io
    clientConfig: { url: "https://127.0.0.1:1/validate" }
    rules: [{ apiGroups: [""], apiVersions: [v1], resources: [configmaps], operations: [CREATE] }]
    objectSelector: { matchLabels: { guarded: "yes" } }
    admissionReviewVersions: [v1]
    sideEffects: None
    failurePolicy: Fail
`;
