import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Clock } from "../../../../steps/lib/clock/clock.ts";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { source } from "../../../../steps/lib/kube/live-collection.ts";
import type { KubeClient, KubeObject, Resource } from "../../../../steps/lib/kube/types.ts";
import { waitFor } from "../../../../steps/lib/kube/wait-for.ts";
import { waitGone } from "../../../../steps/lib/kube/wait-gone.ts";
import { type Wait, waitOn } from "../../../../steps/lib/phase/types.ts";
import { untilEstablished } from "../../../support/api-servers/until-established.ts";
import {
  type ConfigMap,
  configMap,
  configMaps,
  freshName,
  openTwoClients,
  recordingLog,
  signal,
  type TwoClients,
} from "./test-client.ts";

let bench: TwoClients;
let hub: TwoClients["hub"];
let client: KubeClient;
/** Changes the world beside the client under test. */
let others: KubeClient;
beforeAll(async () => {
  bench = await openTwoClients();
  ({ hub, client, others } = bench);
}, 240_000);
afterAll(() => bench?.close());

/** Waits until the object's `a` is as wanted. */
function waitForValue(name: string, wanted: string, more: Partial<Wait> = {}): Wait {
  const wait = waitOn({
    title: `waiting for ${name}`,
    sources: {
      maps: source(client, configMaps, { fieldSelector: `metadata.name=${name}` }, ({ data }) => data?.["a"]),
    },
    decide: ({ maps: [value] }) =>
      value === wanted
        ? { state: "done", note: `it is ${wanted}` }
        : { state: "pending", note: `it is ${value ?? "absent"}` },
    timeoutMs: 30_000,
  });
  return { ...wait, ...more };
}

function environment(onNote: (note: string) => void = () => undefined) {
  return { clock: systemClock, signal, log: recordingLog().log, onNote };
}

/** On this clock longer pauses have no end: a wait that ends has made none, however busy the machine is. */
function noPauseAbove(longestMs: number): Clock {
  const never = 2 ** 31 - 1;
  return { ...systemClock, sleep: (ms, until) => systemClock.sleep(ms > longestMs ? never : ms, until) };
}

async function change(name: string, value: string): Promise<void> {
  await others.mergePatch(configMaps, { name, namespace: "default" }, { data: { a: value } }, { signal });
}

describe("a wait", () => {
  test("that is fulfilled already ends at once", async () => {
    const name = freshName();
    await others.create(configMaps, configMap(name, { a: "1" }), { signal });
    const notes: string[] = [];
    const immediately = { ...environment((note) => notes.push(note)), clock: noPauseAbove(200) };
    expect(await waitFor(waitForValue(name, "1"), immediately)).toMatchObject({ state: "done", note: "it is 1" });
    expect(notes).toEqual([]);
  });

  test("goes on within a second of the change, 19 times of 20", async () => {
    const reactions: number[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      const name = freshName("reaction");
      const changed = Promise.withResolvers<number>();
      const onNote = (): void => {
        void others
          .create(configMaps, configMap(name, { a: "1" }), { signal })
          .then(() => changed.resolve(performance.now()), changed.reject);
      };
      await waitFor(waitForValue(name, "1"), environment(onNote));
      reactions.push(performance.now() - (await changed.promise));
    }
    reactions.sort((left, right) => left - right);
    expect(reactions[18]).toBeLessThan(1000);
  });

  test("tells its note when it changes, and only then", async () => {
    const name = freshName();
    await others.create(configMaps, configMap(name, { a: "0" }), { signal });
    const notes: string[] = [];
    const onNote = (note: string): void => {
      notes.push(note);
      void (async () => {
        if (note === "it is 0") {
          await others.mergePatch(configMaps, { name, namespace: "default" }, { data: { other: "x" } }, { signal });
          await change(name, "1");
        }
        if (note === "it is 1") await change(name, "2");
      })();
    };
    await waitFor(waitForValue(name, "2"), environment(onNote));
    expect(notes).toEqual(["it is 0", "it is 1"]);
  });

  test("judges a burst of changes a few times, not once for each", async () => {
    const name = freshName();
    let judged = 0;
    const wait = waitForValue(name, "done");
    const counting: Wait = {
      ...wait,
      decide: (snapshot, time) => {
        judged += 1;
        return wait.decide(snapshot, time);
      },
    };
    await others.create(configMaps, configMap(name, { a: "0" }), { signal });
    const began = performance.now();
    const waiting = waitFor(counting, environment());
    for (let turn = 0; turn < 100; turn += 1) await change(name, String(turn));
    await change(name, "done");
    expect(await waiting).toMatchObject({ state: "done" });
    // Five times in a second: how long the burst is depends on how busy the machine is.
    expect(judged).toBeLessThanOrEqual(1 + (performance.now() - began) / 190);
  });

  test("fails as its decision says", async () => {
    const error = new FairleadError({ id: "TEST-01", what: "it broke", why: "so", fix: "mend it" });
    const wait = { ...waitForValue(freshName(), "1"), decide: () => ({ state: "failed", error }) as const };
    expect(await waitFor(wait, environment())).toMatchObject({ state: "failed", error });
  });

  test("ends with its last note when the time is over", async () => {
    const name = freshName();
    await others.create(configMaps, configMap(name, { a: "0" }), { signal });
    const upToItsLimit = { ...environment(), clock: noPauseAbove(700) };
    const outcome = await waitFor(waitForValue(name, "1", { timeoutMs: 700 }), upToItsLimit);
    expect(outcome).toMatchObject({ state: "timeout", lastNote: "it is 0" });
    expect(outcome.elapsedMs).toBeGreaterThanOrEqual(700);
  });

  test("takes one fresh look when the time is over", async () => {
    const name = freshName();
    await others.create(configMaps, configMap(name, { a: "1" }), { signal });
    // No time at all: only the last look can see it.
    expect(await waitFor(waitForValue(name, "1", { timeoutMs: 0 }), environment())).toMatchObject({ state: "done" });
  });

  test("given a later part of it, then that has its own limit, from when it was first seen", async () => {
    const name = freshName();
    await others.create(configMaps, configMap(name, { a: "0" }), { signal });
    const decide: Wait["decide"] = () => ({
      state: "pending",
      note: "half of it is there",
      part: { name: "second", timeoutMs: 600 },
    });
    // Only the last look of the first part sees the second.
    const wait = { ...waitForValue(name, "1", { timeoutMs: 0 }), decide };
    const outcome = await waitFor(wait, environment());
    expect(outcome).toMatchObject({ state: "timeout", lastNote: "half of it is there", part: "second" });
    expect(outcome.elapsedMs).toBeGreaterThanOrEqual(600);
  });

  test("goes on watching in a later part", async () => {
    const name = freshName();
    await others.create(configMaps, configMap(name, { a: "0" }), { signal });
    const first = waitForValue(name, "1", { timeoutMs: 0 });
    const wait: Wait = {
      ...first,
      decide: (snapshot, time) => {
        const seen = first.decide(snapshot, time);
        return seen.state === "pending" ? { ...seen, part: { name: "second", timeoutMs: 30_000 } } : seen;
      },
    };
    const waiting = waitFor(
      wait,
      environment(() => void change(name, "1")),
    );
    expect(await waiting).toMatchObject({ state: "done" });
  });

  test("may be decided by time alone", async () => {
    const decide: Wait["decide"] = (_snapshot, { elapsedMs }) =>
      elapsedMs > 400 ? { state: "done", note: "long enough" } : { state: "pending", note: "too early" };
    const wait = { ...waitForValue(freshName(), "1"), decide, pollMs: 100 };
    expect(await waitFor(wait, environment())).toMatchObject({ state: "done", note: "long enough" });
  });

  test("sees every collection in order of namespace and name, whole before it judges", async () => {
    const prefix = freshName("ordered");
    const label = { ordered: prefix };
    for (const name of ["c", "a", "b"]) {
      const body: ConfigMap = {
        ...configMap(`${prefix}-${name}`),
        metadata: { name: `${prefix}-${name}`, namespace: "default", labels: label },
      };
      await others.create(configMaps, body, { signal });
    }
    const query = { labelSelector: `ordered=${prefix}`, limit: 1 };
    const seen: string[][] = [];
    const wait = waitOn({
      title: "waiting for order",
      sources: {
        first: source(client, configMaps, query, ({ metadata }) => metadata.name.slice(-1)),
        second: source(client, configMaps, query, ({ metadata }) => metadata.name.slice(-1).toUpperCase()),
      },
      decide: ({ first, second }) => {
        seen.push([...first, ...second]);
        return { state: "done", note: "seen" };
      },
      timeoutMs: 10_000,
    });
    await waitFor(wait, environment());
    expect(seen).toEqual([["a", "b", "c", "A", "B", "C"]]);
  });

  test("ends with the signal's reason", async () => {
    const stop = new AbortController();
    const waiting = waitFor(waitForValue(freshName(), "1"), {
      ...environment(() => stop.abort(new Error("cancelled"))),
      signal: stop.signal,
    });
    await expect(waiting).rejects.toThrow("cancelled");
  });

  test("ends with a defect of its decision instead of hiding it", async () => {
    const wait: Wait = {
      ...waitForValue(freshName(), "1"),
      decide: () => {
        throw new TypeError("undefined is no object");
      },
    };
    await expect(waitFor(wait, environment())).rejects.toThrow("undefined is no object");
  });
});

describe("a wait on a kind that does not exist yet", () => {
  const widgets: Resource<KubeObject & { readonly spec?: { readonly ready?: boolean } }> = {
    group: "example.io",
    version: "v1",
    plural: "widgets",
    kind: "Widget",
    scope: "cluster",
  };

  test("sees an empty collection, then the first object of the kind", async () => {
    const notes: string[] = [];
    const created = Promise.withResolvers<void>();
    const onNote = (note: string): void => {
      notes.push(note);
      void (async () => {
        await hub.kubectl(["apply", "-f", "-"], widgetDefinition);
        await untilEstablished(hub, "crd/widgets.example.io");
        await hub.kubectl(
          ["apply", "-f", "-"],
          "{apiVersion: example.io/v1, kind: Widget, metadata: {name: first}, spec: {ready: true}}",
        );
        created.resolve();
      })().catch(created.reject);
    };
    const wait = waitOn({
      title: "waiting for a widget",
      sources: { widgets: source(client, widgets, {}, ({ spec }) => spec?.ready === true) },
      decide: ({ widgets: found }) =>
        found.includes(true) ? { state: "done", note: "ready" } : { state: "pending", note: `${found.length} widgets` },
      timeoutMs: 60_000,
    });
    // Looking for the kind each second, not each half minute as for objects.
    const withinSeconds = { ...environment(onNote), clock: noPauseAbove(1000) };
    expect(await waitFor(wait, withinSeconds)).toMatchObject({ state: "done" });
    expect(notes).toEqual(["0 widgets"]);
    await created.promise;
  });
});

describe("the wait for an object to be gone", () => {
  test("names the finalizers that hold it, and ends when they are removed", async () => {
    const name = freshName("held");
    const ref = { name, namespace: "default" };
    const body: ConfigMap = { ...configMap(name), metadata: { ...ref, finalizers: ["example.io/hold"] } };
    const { metadata } = await others.create(configMaps, body, { signal });
    await others.delete(configMaps, ref, { signal });
    const notes: string[] = [];
    const onNote = (note: string): void => {
      notes.push(note);
      void others.mergePatch(configMaps, ref, { metadata: { finalizers: null } }, { signal });
    };
    const wait = waitGone(client, configMaps, ref, { timeoutMs: 30_000, ...(metadata.uid && { uid: metadata.uid }) });
    expect(wait.title).toBe(`waiting for ConfigMap default/${name} on "primary" to be gone`);
    expect(await waitFor(wait, environment(onNote))).toMatchObject({ state: "done", note: "gone" });
    expect(notes).toEqual(["it is being deleted; finalizers: example.io/hold"]);
  });

  test("does not take another object of the name for it", async () => {
    const name = freshName("renewed");
    await others.create(configMaps, configMap(name), { signal });
    const ref = { name, namespace: "default" };
    const old = { uid: "00000000-0000-0000-0000-000000000000", timeoutMs: 30_000 };
    expect(await waitFor(waitGone(client, configMaps, ref, old), environment())).toMatchObject({ state: "done" });
    expect(await waitFor(waitGone(client, configMaps, ref, { timeoutMs: 300 }), environment())).toMatchObject({
      state: "timeout",
      lastNote: "it is there and nobody deletes it",
    });
  });
});

const widgetDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.io }
spec:
  group: example.io
  scope: Cluster
  names: { plural: widgets, kind: Widget }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, x-kubernetes-preserve-unknown-fields: true } }
`;
