import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type FaultProxy, startFaultProxy } from "../../../support/fault-proxy.ts";

const path = "/api/v1/namespaces/demo/configmaps/settings";
const body = JSON.stringify({ kind: "ConfigMap", metadata: { name: "settings" } });

let reached: string[];
let server: Server;
let proxy: FaultProxy;
beforeEach(async () => {
  reached = [];
  server = createServer((asked, response) => {
    reached.push(`${asked.method} ${asked.url}`);
    response.writeHead(200, { "content-type": "application/json" });
    if (asked.url?.includes("watch=true") !== true) return response.end(body);
    response.write(`${body}\n`);
    return response;
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  proxy = await startFaultProxy({ target: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
afterEach(async () => {
  await proxy.stop();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

interface Got {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

async function ask(address = path, options: { method?: string; signal?: AbortSignal } = {}): Promise<Got> {
  const ca = await readFile(proxy.caFile, "utf8");
  const url = `${proxy.url}${address}`;
  return await new Promise((resolve, reject) => {
    const sent = request(url, { ca, agent: false, ...options }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += String(chunk);
      });
      response.once("error", reject);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.once("error", reject);
    sent.end();
  });
}

/** Asks, and gives up a moment after the fault struck: by then an answer would be there. */
async function askInVain(struck: Promise<void>, address = path): Promise<Got> {
  const given = new AbortController();
  const asked = ask(address, { signal: given.signal });
  void struck.then(() => pause(100)).then(() => given.abort());
  return await asked;
}

describe("fault proxy", () => {
  test("passes on what no rule is about, over verified TLS", async () => {
    proxy.add({ when: { resource: "secrets" }, fault: { kind: "answer", status: 500 } });
    expect(await ask()).toMatchObject({ status: 200, body });
    expect(proxy.requests).toEqual([
      expect.objectContaining({
        verb: "get",
        resource: "configmaps",
        namespace: "demo",
        name: "settings",
        outcome: "passed",
      }),
    ]);
  });

  test.each([401, 403, 404, 409, 410, 422, 500, 503])(
    "answers %s as an API server does, without asking it",
    async (status) => {
      proxy.add({ fault: { kind: "answer", status } });
      const answer = await ask();
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({ kind: "Status", status: "Failure", code: status });
      expect(reached).toEqual([]);
    },
  );

  test("answers 429 with Retry-After", async () => {
    proxy.add({ fault: { kind: "answer", status: 429, retryAfter: 7 } });
    expect((await ask()).headers["retry-after"]).toBe("7");
  });

  test("strikes as often as the rule says, then passes on", async () => {
    proxy.add({ times: 2, fault: { kind: "answer", status: 503 } });
    const statuses = [(await ask()).status, (await ask()).status, (await ask()).status];
    expect(statuses).toEqual([503, 503, 200]);
  });

  test("strikes a share of the requests that the seed decides", async () => {
    proxy.add({ probability: 0.5, fault: { kind: "answer", status: 503 } });
    const statuses: number[] = [];
    for (let index = 0; index < 20; index += 1) statuses.push((await ask()).status);
    const struck = statuses.filter((status) => status === 503).length;
    expect(struck).toBeGreaterThan(4);
    expect(struck).toBeLessThan(16);
  });

  test("resets before the server saw the request", async () => {
    proxy.add({ fault: { kind: "reset", when: "before" } });
    await expect(ask()).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(reached).toEqual([]);
  });

  test("resets after the server carried the request out", async () => {
    proxy.add({ fault: { kind: "reset", when: "after" } });
    await expect(ask(path, { method: "DELETE" })).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(reached).toEqual([`DELETE ${path}`]);
  });

  test("hangs before or after the server carried the request out", async () => {
    const hangs = { before: Promise.withResolvers<void>(), after: Promise.withResolvers<void>() };
    for (const when of ["before", "after"] as const)
      proxy.add({ times: 1, fault: { kind: "hang", when, onHang: hangs[when].resolve } });
    await expect(askInVain(hangs.before.promise)).rejects.toThrow(/abort/i);
    expect(reached).toEqual([]);
    await expect(askInVain(hangs.after.promise)).rejects.toThrow(/abort/i);
    expect(reached).toEqual([`GET ${path}`]);
  });

  test("tells when a caller hangs: the server has done its part by then, or has seen nothing", async () => {
    const told: string[] = [];
    for (const when of ["before", "after"] as const) {
      const hangs = Promise.withResolvers<void>();
      const onHang = (): void => {
        told.push(`${reached.length} reached`);
        hangs.resolve();
      };
      proxy.add({ times: 1, fault: { kind: "hang", when, onHang } });
      await expect(askInVain(hangs.promise)).rejects.toThrow(/abort/i);
    }
    expect(told).toEqual(["0 reached", "1 reached"]);
  });

  test("asks whoever decides once about each request, before its rules", async () => {
    proxy.add({ fault: { kind: "answer", status: 503 } });
    const asked: string[] = [];
    proxy.decide(({ verb }) => {
      asked.push(verb);
      return asked.length === 1 ? { kind: "answer", status: 429 } : undefined;
    });
    expect([(await ask()).status, (await ask()).status, asked]).toEqual([429, 503, ["get", "get"]]);
  });

  test("truncates a body inside a whole answer", async () => {
    proxy.add({ fault: { kind: "truncate", keepBytes: 10 } });
    expect(await ask()).toMatchObject({ status: 200, body: body.slice(0, 10) });
  });

  test("breaks the connection in the middle of a body", async () => {
    proxy.add({ fault: { kind: "cut-body", keepBytes: 10 } });
    await expect(ask()).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test("sends a body slowly", async () => {
    proxy.add({ fault: { kind: "slow-body", bytes: 10, everyMs: 20 } });
    const start = performance.now();
    expect((await ask()).body).toBe(body);
    expect(performance.now() - start).toBeGreaterThan((Math.floor(body.length / 10) - 1) * 20);
  });

  test("lets a watch fall silent with its connection open", async () => {
    const silent = Promise.withResolvers<void>();
    proxy.add({ when: { verb: "watch" }, fault: { kind: "silence", afterMs: 0, onSilence: silent.resolve } });
    await expect(askInVain(silent.promise, "/api/v1/configmaps?watch=true")).rejects.toThrow(/abort/i);
    expect(reached).toEqual(["GET /api/v1/configmaps?watch=true"]);
  });

  test("cuts every watch some time after its start", async () => {
    proxy.add({ when: { verb: "watch" }, fault: { kind: "cut", afterMs: 50 } });
    await expect(ask("/api/v1/configmaps?watch=true")).rejects.toThrow(/aborted|ECONNRESET/);
    await expect(ask("/api/v1/configmaps?watch=true")).rejects.toThrow(/aborted|ECONNRESET/);
  });

  test("says 410 inside a watch", async () => {
    proxy.add({ fault: { kind: "error-event", status: 410 } });
    const { body: line } = await ask("/api/v1/configmaps?watch=true");
    expect(JSON.parse(line)).toMatchObject({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } });
  });

  test("goes down and comes up on the same port", async () => {
    const { url } = proxy;
    await proxy.goDown();
    await expect(ask()).rejects.toThrow(/ECONNREFUSED/);
    await proxy.comeUp();
    expect(proxy.url).toBe(url);
    expect((await ask()).status).toBe(200);
  });

  test("breaks the connection, as a closed port does, when the server behind it is gone", async () => {
    await new Promise((closed) => server.close(closed));
    await expect(ask()).rejects.toThrow(/socket hang up|ECONNRESET/);
  });
});
