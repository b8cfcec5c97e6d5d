import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";
import { source } from "../../../../steps/lib/kube/live-collection.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { waitFor } from "../../../../steps/lib/kube/wait-for.ts";
import { waitOn } from "../../../../steps/lib/phase/types.ts";
import {
  type ConfigMap,
  configMap,
  configMaps,
  freshName,
  recordingLog,
  signal,
} from "../../../integration/lib/kube/test-client.ts";
import { eventually } from "../../../support/eventually.ts";
import type { Fault } from "../../../support/fault-proxy/types.ts";
import { ClientBench, failure } from "./client-bench.ts";

let bench: ClientBench;
beforeAll(async () => {
  bench = await ClientBench.open();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench?.close());

const watches = { verb: "watch", resource: "configmaps" };
const lists = { verb: "list", resource: "configmaps" };

/** One object followed through the proxy: what was seen of it, in order. */
class Follower {
  readonly seen: string[] = [];
  readonly troubles: (string | undefined)[] = [];
  readonly #stopped = new AbortController();
  readonly #ended: Promise<void>;
  #onSeen: () => void = () => undefined;
  lists = 0;

  constructor(client: KubeClient, name: string, relistMs?: number) {
    this.#ended = this.#follow(client, name, relistMs);
    this.#ended.catch(() => this.#onSeen());
  }

  async #follow(client: KubeClient, name: string, relistMs?: number): Promise<void> {
    const events = client.watch(
      configMaps,
      { namespace: "default", fieldSelector: `metadata.name=${name}` },
      {
        signal: this.#stopped.signal,
        onTrouble: (why) => void this.troubles.push(why),
        ...(relistMs === undefined ? {} : { relistMs }),
        project: ({ data }) => data?.["a"] ?? "",
      },
    );
    for await (const event of events) {
      if (event.type === "replaced") this.lists += 1;
      const values = event.type === "replaced" ? event.items : [event.type === "deleted" ? "gone" : event.object];
      for (const value of values) if (this.seen.at(-1) !== value) this.seen.push(value);
      this.#onSeen();
    }
  }

  async until(value: string): Promise<void> {
    while (this.seen.at(-1) !== value) {
      await Promise.race([new Promise<void>((resolve) => (this.#onSeen = resolve)), this.#ended]);
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new Error("seen enough"));
    await expect(this.#ended).rejects.toThrow("seen enough");
  }

  /** The error that ends it by itself. */
  end(): Promise<unknown> {
    return failure(this.#ended);
  }
}

async function change({ metadata }: ConfigMap, value: string): Promise<void> {
  await bench.direct.mergePatch(
    configMaps,
    { name: metadata.name, namespace: "default" },
    { data: { a: value } },
    { signal },
  );
}

/** Resolves when so many further watches have been asked for. */
function nextWatch(count = 1): Promise<void> {
  return bench.proxy.seen(watches, bench.proxy.count(watches) + count);
}

const idleMs = 900;
const quiet = { watchIdleMs: idleMs };

describe("a watch", () => {
  test("that is cut again and again misses no state that lasts, and lists no second time", async () => {
    const { client } = await bench.client();
    const object = await bench.made({ a: "0" });
    for (const verb of ["list", "watch"]) bench.seen(verb);
    const follower = new Follower(client, object.metadata.name);
    await follower.until("0");
    // One cut for each change: three openings in a row that bring nothing are a reason to list anew.
    for (let value = 1; value <= 20; value += 1) {
      const isCutBefore = value % 2 === 0;
      const changed = change(object, String(value));
      if (isCutBefore) bench.proxy.cutAll();
      await changed;
      if (!isCutBefore) bench.proxy.cutAll();
      await follower.until(String(value));
    }
    expect(bench.seen("watch")).toBeGreaterThan(5);
    expect(bench.seen("list")).toBe(1);
    await follower.stop();
    await client.close();
  });

  test("that is half closed is taken for dead after its idle time, and what happened meanwhile is seen", async () => {
    const { client } = await bench.client(quiet, [idleMs]);
    const object = await bench.made({ a: "0" });
    const silent = Promise.withResolvers<void>();
    const fault = { kind: "silence", afterMs: 0, onSilence: silent.resolve } as const;
    bench.proxy.add({ when: watches, times: 1, fault });
    const follower = new Follower(client, object.metadata.name);
    await follower.until("0");
    await silent.promise;
    await change(object, "1");
    await follower.until("1");
    expect(follower.troubles).toContainEqual(expect.stringContaining("silent for 0.9 s"));
    await follower.stop();
    await client.close();
  });

  test.each<[string, Fault]>([
    ["by an answer 410", { kind: "answer", status: 410 }],
    ["by an error event 410", { kind: "error-event", status: 410 }],
  ])("whose version is gone (%s) lists anew and goes on", async (_name, fault) => {
    const { client } = await bench.client();
    const object = await bench.made({ a: "0" });
    bench.proxy.add({ when: watches, times: 2, fault });
    const third = nextWatch(3);
    const follower = new Follower(client, object.metadata.name);
    await follower.until("0");
    await change(object, "1");
    await follower.until("1");
    await third;
    expect(follower.lists).toBeGreaterThan(1);
    await follower.stop();
    await client.close();
  });

  test.each<[string, Fault, string]>([
    ["answers 429", { kind: "answer", status: 429, retryAfter: 1 }, "too many requests"],
    ["answers 500", { kind: "answer", status: 500 }, "HTTP 500"],
    ["answers 503", { kind: "answer", status: 503 }, "apiserver not ready"],
    ["breaks the connection", { kind: "reset", when: "before" }, "socket hang up"],
  ])("of a server that %s says so, goes on when it is back, and sees what happened", async (_name, fault, words) => {
    const { client, clock } = await bench.client();
    const object = await bench.made({ a: "0" });
    const follower = new Follower(client, object.metadata.name);
    await follower.until("0");
    bench.proxy.add({ when: { verb: ["watch", "list"], resource: "configmaps" }, times: 8, fault });
    bench.proxy.cutAll();
    await change(object, "1");
    await follower.until("1");
    expect(follower.troubles).toContainEqual(expect.stringContaining(words));
    expect(follower.troubles.at(-1)).toBeUndefined();
    if (words.startsWith("too many")) expect(clock.pauses).toContain(1000);
    await follower.stop();
    await client.close();
  });

  test("of a server that is down for a while survives, and sees what happened", async () => {
    const { client } = await bench.client();
    const object = await bench.made({ a: "0" });
    const follower = new Follower(client, object.metadata.name);
    await follower.until("0");
    await bench.proxy.goDown();
    await change(object, "1");
    await eventually(async () => {
      expect(follower.troubles).toContainEqual(expect.stringContaining("ECONNREFUSED"));
    });
    await bench.proxy.comeUp();
    await follower.until("1");
    await follower.stop();
    await client.close();
  });

  test("whose opening hangs gives it up after the request's time", async () => {
    const requestTimeoutMs = 1500;
    const { client, clock } = await bench.client();
    clock.untilTold = requestTimeoutMs;
    const object = await bench.made({ a: "0" });
    const onHang = (): void => clock.expire();
    bench.proxy.add({ when: watches, times: 1, fault: { kind: "hang", when: "before", onHang } });
    const events = client.watch(
      configMaps,
      { fieldSelector: `metadata.name=${object.metadata.name}` },
      { signal, requestTimeoutMs },
    );
    const types: string[] = [];
    for await (const event of events) {
      types.push(event.type);
      if (event.type === "replaced") await change(object, "1");
      else break;
    }
    expect(types).toEqual(["replaced", "modified"]);
    await client.close();
  });

  test("with an event that is cut off goes on behind the last whole one", async () => {
    const { client } = await bench.client();
    const name = freshName("followed");
    const follower = new Follower(client, name);
    await bench.proxy.seen(lists);
    bench.proxy.add({ when: watches, times: 1, fault: { kind: "cut", afterMs: 0 } });
    bench.proxy.cutAll();
    const object = await bench.direct.create(configMaps, configMap(name, { a: "x".repeat(200_000) }), { signal });
    await change(object, "1");
    await follower.until("1");
    await bench.direct.delete(configMaps, { name, namespace: "default" }, { signal });
    await follower.until("gone");
    await follower.stop();
    await client.close();
  });

  test.each([401, 403])("that is refused for good (%s) in the middle ends with that error", async (status) => {
    const { client } = await bench.client();
    const object = await bench.made({ a: "0" });
    const opened = nextWatch();
    const follower = new Follower(client, object.metadata.name);
    await follower.until("0");
    await opened;
    bench.proxy.add({ when: watches, fault: { kind: "answer", status } });
    bench.proxy.cutAll();
    expect(await follower.end()).toMatchObject({ status });
    await client.close();
  });

  test("that lies beside a silent server is listed anew in time, as a net", async () => {
    const { client } = await bench.client({ watchIdleMs: 60_000 }, [60_000]);
    const object = await bench.made({ a: "0" });
    const silent = Promise.withResolvers<void>();
    bench.proxy.add({ when: watches, fault: { kind: "silence", afterMs: 0, onSilence: silent.resolve } });
    const follower = new Follower(client, object.metadata.name, 500);
    await follower.until("0");
    await silent.promise;
    await change(object, "1");
    await follower.until("1");
    await follower.stop();
    await client.close();
  });
});

describe("a wait", () => {
  test("on a kind that a server did not know right after it had failed sees its objects when it knows it again", async () => {
    const { client } = await bench.client();
    const { metadata } = await bench.made();
    bench.proxy.add({ when: lists, times: 1, fault: { kind: "answer", status: 503 } });
    bench.proxy.add({ when: lists, times: 1, fault: { kind: "answer", status: 404 } });
    const query = { fieldSelector: `metadata.name=${metadata.name}` };
    const wait = waitOn({
      title: "waiting for the object",
      sources: { maps: source(client, configMaps, query, (object) => object.metadata.name) },
      decide: ({ maps }) =>
        maps.length === 0 ? { state: "pending", note: "no such object" } : { state: "done", note: "there" },
      timeoutMs: 100_000,
    });
    const environment = { clock: systemClock, signal, log: recordingLog().log, onNote: () => undefined };

    const { state, elapsedMs } = await waitFor(wait, environment);

    expect(state).toBe("done");
    // Not by the last look, when the time is over.
    expect(elapsedMs).toBeLessThan(wait.timeoutMs);
    await client.close();
  });
});
