import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { HastyClock, NotifyBench, notice } from "./support/notify-bench.ts";
import { type Received, Receiver } from "./support/receiver.ts";

const key = "canary-signing-key-0123456789abcdef";
let receiver: Receiver;
let bench: NotifyBench;

beforeEach(async () => {
  receiver = await Receiver.open();
});

afterEach(async () => {
  await bench?.close();
  await receiver.close();
});

function config(target: object, more: object = {}): Readonly<Record<string, string>> {
  const text = JSON.stringify({ targets: [target], allowPlainHttp: true, allowLoopback: true, ...more });
  return { "notifications.yaml": text, key: `${key}\n` };
}

const hook = (path = "/hook?token=canary-url-token") => ({
  name: "ops",
  type: "webhook",
  url: `${receiver.url}${path}`,
  signingKeyFile: "key",
});

describe("a webhook", () => {
  test("W-09 receives the notice as JSON, signed with the key over time and body", async () => {
    bench = await NotifyBench.open(config(hook()));
    await bench.tell([notice]);
    const [{ headers, body }] = receiver.received as [Received]; // a missing one fails right here
    expect(JSON.parse(body)).toMatchObject({ schemaVersion: "1.0", ...notice });
    const [, time = "", mac = ""] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["x-fairlead-signature"])) ?? [];
    expect(mac).toBe(createHmac("sha256", key).update(`${time}.${body}`).digest("hex"));
    expect(Math.abs(Number(time) - Date.now() / 1_000)).toBeLessThan(60);
    expect(bench.warnings()).toEqual([]);
  });

  test("W-09 is tried again after 503 with jitter, as the same delivery, until it takes it", async () => {
    bench = await NotifyBench.open(config(hook()));
    receiver.replies.push({ status: 503 }, { status: 429, headers: { "retry-after": "7" } });
    const clock = new HastyClock();
    await bench.tell([notice], clock);
    const deliveries = receiver.received.map(({ headers }) => headers["x-fairlead-delivery"]);
    expect({ count: deliveries.length, same: new Set(deliveries).size }).toEqual({ count: 3, same: 1 });
    expect(clock.pauses).toContain(7_000);
    expect(bench.warnings()).toEqual([]);
  });

  test("W-09 that refuses for good is tried once, and the warning names the target, not its URL", async () => {
    bench = await NotifyBench.open(config(hook()));
    receiver.replies.push({ status: 403, body: "no" });
    await bench.tell([notice]);
    expect(receiver.received).toHaveLength(1);
    expect(bench.warnings()).toEqual([
      expect.stringContaining("target ops was not told of failed: it answered HTTP 403"),
    ]);
    expect(bench.lines.join()).not.toMatch(/canary/);
  });

  test("W-09 that answers with a redirect is not followed anywhere", async () => {
    const other = await Receiver.open();
    bench = await NotifyBench.open(config(hook()));
    receiver.replies.push({ status: 307, headers: { location: other.url } });
    await bench.tell([notice]);
    expect(other.received).toEqual([]);
    expect(bench.warnings()).toEqual([expect.stringContaining("redirects are not followed")]);
    await other.close();
  });

  test("W-09 that answers without end is cut off", async () => {
    bench = await NotifyBench.open(config(hook()));
    receiver.replies.push(...Array.from({ length: 4 }, () => ({ status: 200, body: "x".repeat(200_000) })));
    await bench.tell([notice]);
    expect(bench.warnings()).toEqual([expect.stringContaining("the answer is larger than")]);
  });

  test("W-09 that never answers does not hold the run: what is left is given up with a warning", async () => {
    bench = await NotifyBench.open(config(hook()));
    receiver.replies.push("never");
    await bench.tell([notice, notice], new HastyClock(), 300_000);
    expect(bench.warnings()).toHaveLength(2);
  });

  test("W-09 gets only the kinds that it asks for, in order", async () => {
    bench = await NotifyBench.open(config({ ...hook(), kinds: ["started", "ended"] }));
    await bench.tell([{ ...notice, kind: "started" }, notice, { ...notice, kind: "ended" }]);
    expect(receiver.bodies().map(({ kind }) => kind)).toEqual(["started", "ended"]);
  });

  test("W-09 gets no secret that a server's text holds, and not its own key", async () => {
    bench = await NotifyBench.open(config(hook()));
    const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2ln";
    await bench.tell([{ ...notice, text: `Authorization: Bearer ${token} and ${key}` }]);
    expect(receiver.received[0]?.body).not.toMatch(/eyJ|canary/);
  });

  test("W-09 on the metadata address of a cloud is refused before anything is sent", async () => {
    bench = await NotifyBench.open(config({ ...hook(), url: "http://169.254.169.254/latest/meta-data" }));
    await expect(bench.tell([notice])).rejects.toMatchObject({
      text: { id: "NOTIFY-01", why: expect.stringContaining("link-local or metadata") },
    });
  });

  test("W-09 by plain http is refused unless the configuration allows it", async () => {
    bench = await NotifyBench.open(config(hook(), { allowPlainHttp: false }));
    await expect(bench.tell([notice])).rejects.toMatchObject({ text: { id: "NOTIFY-01" } });
  });

  test("W-09 whose configuration names a secret that is not there says which file", async () => {
    bench = await NotifyBench.open(config({ ...hook(), signingKeyFile: "missing" }));
    await expect(bench.tell([notice])).rejects.toMatchObject({ text: { why: expect.stringContaining("missing") } });
  });

  test("W-09 whose configuration holds the secret itself is refused without repeating it", async () => {
    bench = await NotifyBench.open(config({ ...hook(), signingKey: "canary-in-the-wrong-place" }));
    const failure = await bench.tell([notice]).catch((error: unknown) => error);
    expect(failure).toMatchObject({ text: { id: "NOTIFY-01", why: expect.stringContaining("/targets/0") } });
    expect(JSON.stringify(failure)).not.toContain("canary");
  });
});

describe("a chat in Slack's format", () => {
  test("W-09 receives a message whose text can neither mention nor link", async () => {
    const files = config({ name: "chat", type: "slack", urlFile: "chat-url" });
    bench = await NotifyBench.open({ ...files, "chat-url": `${receiver.url}/services/canary-T000-B000\n` });
    await bench.tell([{ ...notice, title: "<!channel> <https://evil.example|click> & *bold*" }]);
    const [{ path, body } = { path: "", body: "" }] = receiver.received;
    expect(path).toBe("/services/canary-T000-B000");
    const message = JSON.parse(body);
    expect(message.text).toBe("&lt;!channel&gt; &lt;https://evil.example|click&gt; &amp; *bold*");
    expect(message.blocks[0].text.text).not.toContain("<");
  });
});
