import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { configMap, configMaps, freshName, signal } from "../../../integration/lib/kube/test-client.ts";
import type { Fault } from "../../../support/fault-proxy/types.ts";
import { ClientBench, failure, type HastyClock } from "./client-bench.ts";
import { calls, plainCalls } from "./client-calls.ts";

let bench: ClientBench;
beforeAll(async () => {
  bench = await ClientBench.open();
});
afterEach(() => bench.proxy.clear());
afterAll(() => bench?.close());

interface Passing {
  readonly name: string;
  readonly fault: Fault;
  readonly error: { readonly reason: string; readonly id: string; readonly why: RegExp };
}

/** What passes by itself, and what is said when it does not. */
const passing: readonly Passing[] = [
  {
    name: "an answer 429",
    fault: { kind: "answer", status: 429 },
    error: { reason: "TooManyRequests", id: "KUBE-10", why: /too many requests/ },
  },
  {
    name: "an answer 500",
    fault: { kind: "answer", status: 500 },
    error: { reason: "ServerError", id: "KUBE-11", why: /HTTP 500/ },
  },
  {
    name: "an answer 503",
    fault: { kind: "answer", status: 503 },
    error: { reason: "ServerError", id: "KUBE-11", why: /apiserver not ready/ },
  },
  {
    name: "a webhook that does not answer",
    fault: { kind: "answer", status: 500, message: 'failed calling webhook "check.example": no endpoints' },
    error: { reason: "WebhookUnavailable", id: "KUBE-12", why: /check\.example/ },
  },
  {
    name: "a connection that breaks before the server acts",
    fault: { kind: "reset", when: "before" },
    error: { reason: "Unreachable", id: "KUBE-14", why: /socket hang up|ECONNRESET/ },
  },
  {
    name: "an answer that is cut off",
    fault: { kind: "truncate", keepBytes: 40 },
    error: { reason: "BadResponse", id: "KUBE-16", why: /was cut off after 40 characters/ },
  },
  {
    name: "a connection that breaks inside the answer",
    fault: { kind: "cut-body", keepBytes: 40 },
    error: { reason: "Unreachable", id: "KUBE-14", why: /in the middle of the answer/ },
  },
];

const onObjects = (verb: string) => ({ verb, resource: "configmaps" });

describe.each(passing)("$name", ({ fault, error: expected }) => {
  test.each(plainCalls)(
    "four times: the fifth %s succeeds, after pauses below 1, 2, 4 and 8 s",
    async (_name, { verb, call }) => {
      const { client, clock } = await bench.client();
      const object = await bench.made();
      bench.seen(verb);
      bench.proxy.add({ when: onObjects(verb), times: 4, fault });
      await call(client, object);
      expect(bench.seen(verb)).toBe(5);
      expect(clock.pauses.map(Math.round)).toEqual([999, 1998, 3996, 7992]);
      await client.close();
    },
  );

  test.each(plainCalls)(
    "K-33 for ever: the %s ends after five tries, typed and in words",
    async (_name, { verb, words, call }) => {
      const { client, clock } = await bench.client();
      const object = await bench.made();
      bench.seen(verb);
      bench.proxy.add({ when: onObjects(verb), fault });
      const error = await failure(call(client, object));
      expect(error).toMatchObject({ reason: expected.reason, transient: true, text: { id: expected.id } });
      expect(error.text.what).toContain(words);
      expect(error.text.why).toMatch(expected.why);
      expect([bench.seen(verb), clock.pauses.length]).toEqual([5, 4]);
      await client.close();
    },
  );
});

describe("Retry-After", () => {
  test.each(plainCalls)("is honoured by a %s, however short its own pause would be", async (_name, { verb, call }) => {
    const { client, clock, lines } = await bench.client({ random: { next: () => 0, hex: () => "ab" } });
    const object = await bench.made();
    bench.proxy.add({ when: onObjects(verb), times: 1, fault: { kind: "answer", status: 429, retryAfter: 7 } });
    bench.proxy.add({ when: onObjects(verb), times: 1, fault: { kind: "answer", status: 503, retryAfter: 3 } });
    await call(client, object);
    expect(clock.pauses).toEqual([7000, 3000]);
    expect(lines).toEqual([
      expect.stringMatching(/^info retrying .*too many requests/),
      expect.stringMatching(/^info retrying .*apiserver not ready/),
    ]);
    await client.close();
  });

  test("counts up to a minute", async () => {
    const { client, clock } = await bench.client();
    bench.proxy.add({ when: onObjects("get"), times: 1, fault: { kind: "answer", status: 429, retryAfter: 3600 } });
    await calls.get.call(client, await bench.made());
    expect(clock.pauses).toEqual([60_000]);
    await client.close();
  });
});

describe("K-31 an answer that does not come", () => {
  const limit = { requestTimeoutMs: 300 };

  /** The limit of the next request ends while its answer is still to come, or to be completed. */
  async function limitEnds(clock: HastyClock): Promise<void> {
    await bench.proxy.seen(onObjects("get"), bench.proxy.count(onObjects("get")) + 1);
    await pause(200);
    clock.expire();
  }

  test.each([
    ["hangs before the server acts", { kind: "hang", when: "before" }],
    ["comes a few bytes at a time", { kind: "slow-body", bytes: 1, everyMs: 50 }],
  ] as const)("in time because it %s: the call is tried again, and ends when it never does", async (_name, fault) => {
    const { client, clock } = await bench.client();
    clock.untilTold = limit.requestTimeoutMs;
    const { metadata } = await bench.made();
    const ref = { name: metadata.name, namespace: "default" };
    bench.seen("get");
    bench.proxy.add({ when: onObjects("get"), times: 1, fault });
    const got = client.get(configMaps, ref, { signal, ...limit });
    await limitEnds(clock);
    expect(await got).toMatchObject({ data: { a: "1" } });
    bench.proxy.add({ when: onObjects("get"), fault });
    const failed = failure(client.get(configMaps, ref, { signal, ...limit, attempts: 2 }));
    for (let attempt = 1; attempt <= 2; attempt += 1) await limitEnds(clock);
    const error = await failed;
    expect(error).toMatchObject({
      reason: "Timeout",
      transient: true,
      text: { id: "KUBE-13", why: "no answer within 0.3 s" },
    });
    expect([bench.seen("get"), clock.pauses.length]).toEqual([4, 2]);
    await client.close();
  });

  test("ends at once when the caller gives up, with the caller's reason", async () => {
    const { client } = await bench.client();
    const given = new AbortController();
    bench.proxy.add({ fault: { kind: "hang", when: "before" } });
    const call = client.list(configMaps, {}, { signal: given.signal });
    await bench.proxy.seen(onObjects("list"), bench.proxy.count(onObjects("list")) + 1);
    given.abort(new Error("no longer wanted"));
    await expect(call).rejects.toThrow("no longer wanted");
    await client.close();
  });

  test("does not hold up others: a hanging request takes one place, no more", async () => {
    const { client } = await bench.client({ concurrency: 2 });
    const { metadata } = await bench.made();
    bench.proxy.add({ when: onObjects("list"), times: 1, fault: { kind: "hang", when: "before" } });
    const given = new AbortController();
    const hanging = client.list(configMaps, {}, { signal: given.signal }).catch(() => "given up");
    const reads = Array.from({ length: 10 }, () =>
      client.get(configMaps, { name: metadata.name, namespace: "default" }, { signal }),
    );
    expect(await Promise.all(reads)).toHaveLength(10);
    given.abort();
    expect(await hanging).toBe("given up");
    await client.close();
  });
});

describe("a server that goes down", () => {
  test("is waited for within the tries of each call, and named when it does not come back", async () => {
    const { client } = await bench.client();
    const object = await bench.made();
    await bench.proxy.goDown();
    const error = await failure(calls.get.call(client, object));
    expect(error).toMatchObject({ reason: "Unreachable", unclear: false, text: { id: "KUBE-14" } });
    expect(error.text.why).toContain("ECONNREFUSED");
    const [back] = await Promise.all([calls.get.call(client, object), bench.proxy.comeUp()]);
    expect(back).toMatchObject({ metadata: { name: object.metadata.name } });
    await client.close();
  });
});

describe("a list in pages whose server forgets where it was", () => {
  const wanted = Array.from({ length: 7 }, (_, index) => `page-${index}`);
  beforeAll(async () => {
    const metadata = (name: string) => ({ name, namespace: "default", labels: { paged: "yes" } });
    await Promise.all(
      wanted.map((name) =>
        bench.direct.create(configMaps, { ...configMap(name), metadata: metadata(name) }, { signal }),
      ),
    );
  });
  const query = { namespace: "default", labelSelector: "paged=yes", limit: 3 };
  const secondPage = { verb: "list", path: /continue=/ };

  test("starts over and brings each object once", async () => {
    const { client } = await bench.client();
    bench.proxy.add({ when: secondPage, times: 2, fault: { kind: "answer", status: 410 } });
    const { items } = await client.list(configMaps, query, { signal, project: ({ metadata }) => metadata.name });
    expect(items).toEqual(wanted);
    await client.close();
  });

  test("ends when it forgets each time", async () => {
    const { client } = await bench.client();
    bench.seen("list");
    bench.proxy.add({ when: secondPage, fault: { kind: "answer", status: 410 } });
    expect(await failure(client.list(configMaps, query, { signal }))).toMatchObject({
      reason: "Gone",
      text: {
        id: "KUBE-08",
        what: 'list configmaps in namespace default on "primary" asked for a version that is gone',
      },
    });
    expect(bench.seen("list")).toBe(12);
    await client.close();
  });

  test.each(passing.map(({ name, fault }) => [name, fault] as const))(
    "survives %s on its second page",
    async (_name, fault) => {
      const { client } = await bench.client();
      bench.proxy.add({ when: secondPage, times: 2, fault });
      const { items } = await client.list(configMaps, query, { signal, project: ({ metadata }) => metadata.name });
      expect(items).toEqual(wanted);
      await client.close();
    },
  );
});

test("a creation under a name that the server chooses is never sent twice when it may have been carried out", async () => {
  const { client } = await bench.client();
  const body = { ...configMap(""), metadata: { name: "", generateName: freshName("chosen-"), namespace: "default" } };
  bench.seen("create");
  bench.proxy.add({ when: onObjects("create"), fault: { kind: "reset", when: "after" } });
  expect(await failure(client.create(configMaps, body, { signal }))).toMatchObject({
    reason: "Unreachable",
    unclear: true,
  });
  expect(bench.seen("create")).toBe(1);
  bench.proxy.clear();
  bench.proxy.add({ when: onObjects("create"), times: 1, fault: { kind: "answer", status: 429 } });
  expect(await client.create(configMaps, body, { signal })).toMatchObject({ kind: "ConfigMap" });
  await client.close();
});
