import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { KubeObject, WatchEvent } from "../../../../steps/lib/kube/types.ts";
import type { RawWatchEvent } from "../../../../steps/lib/kube/watch-event.ts";
import {
  type WatchEnvironment,
  type WatchOpening,
  watchForever,
  watchPauseMs,
} from "../../../../steps/lib/kube/watch-stream.ts";
import { alwaysDrawing, JumpingClock, kubeError } from "./fixtures.ts";

function object(name: string, resourceVersion: string): KubeObject {
  return { metadata: { name, resourceVersion } };
}

function event(type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK", name: string, version: string) {
  return { type, object: object(name, version) } as const;
}

type Connection = readonly (RawWatchEvent<KubeObject> | Error)[];

/** A server as a script: what each list answers, and what each watch says before it ends. */
class ScriptedServer {
  readonly opened: WatchOpening[] = [];
  lists = 0;
  private readonly answers: readonly (string | Error)[];
  private readonly connections: readonly Connection[];
  private readonly whileOpen: (connection: number) => void;
  private readonly over: () => void;

  constructor(options: {
    /** Versions of the lists, the last one for all that follow. */
    answers: readonly (string | Error)[];
    connections: readonly Connection[];
    whileOpen?: (connection: number) => void;
    /** Called when the script has come to its end. */
    over: () => void;
  }) {
    this.answers = options.answers;
    this.connections = options.connections;
    this.whileOpen = options.whileOpen ?? (() => undefined);
    this.over = options.over;
  }

  async list() {
    const answer = this.answers[Math.min(this.lists, this.answers.length - 1)] ?? "1";
    this.lists += 1;
    if (typeof answer !== "string") throw answer;
    return { items: [`list ${this.lists}`], resourceVersion: answer };
  }

  async *open(from: WatchOpening): AsyncGenerator<RawWatchEvent<KubeObject>> {
    const connection = this.connections[this.opened.length];
    if (connection === undefined) return this.over();
    this.opened.push(from);
    if (!(connection[0] instanceof Error)) from.onOpen();
    for (const item of connection) {
      if (item instanceof Error) throw item;
      yield item;
    }
    this.whileOpen(this.opened.length - 1);
  }

  project(item: KubeObject): string {
    return item.metadata.name;
  }
}

interface Played {
  readonly events: readonly WatchEvent<string>[];
  readonly server: ScriptedServer;
  readonly clock: JumpingClock;
  readonly troubles: readonly (string | undefined)[];
}

async function play(
  script: {
    answers?: readonly (string | Error)[];
    connections: readonly Connection[];
    whileOpen?: (clock: JumpingClock) => void;
  },
  more: Partial<WatchEnvironment> = {},
): Promise<Played> {
  const clock = new JumpingClock();
  const stop = new AbortController();
  const troubles: (string | undefined)[] = [];
  const { whileOpen } = script;
  const server = new ScriptedServer({
    answers: script.answers ?? ["10"],
    connections: script.connections,
    ...(whileOpen === undefined ? {} : { whileOpen: () => whileOpen(clock) }),
    over: () => stop.abort(new Error("script is over")),
  });
  const events: WatchEvent<string>[] = [];
  const environment = {
    clock,
    random: alwaysDrawing(1),
    signal: stop.signal,
    onTrouble: (why?: string) => void troubles.push(why),
  };
  const following = (async () => {
    for await (const item of watchForever(server, { ...environment, ...more })) events.push(item);
  })();
  await expect(following).rejects.toThrow("script is over");
  return { events, server, clock, troubles };
}

function versions({ server }: Played): readonly string[] {
  return server.opened.map(({ resourceVersion }) => resourceVersion);
}

describe("following a collection", () => {
  test("lists first, then tells each change in order", async () => {
    const { events } = await play({
      connections: [[event("ADDED", "a", "11"), event("MODIFIED", "a", "12"), event("DELETED", "a", "13")]],
    });
    expect(events).toEqual([
      { type: "replaced", items: ["list 1"] },
      { type: "added", object: "a" },
      { type: "modified", object: "a" },
      { type: "deleted", object: "a" },
    ]);
  });

  test("resumes after a cut from the last event, bookmarks included, without listing anew", async () => {
    const played = await play({
      connections: [[event("ADDED", "a", "11")], [event("BOOKMARK", "", "25")], [event("ADDED", "b", "26")], []],
    });
    expect(versions(played)).toEqual(["10", "11", "25", "26"]);
    expect(played.server.lists).toBe(1);
  });

  test("does not pass bookmarks on", async () => {
    const { events } = await play({ connections: [[event("BOOKMARK", "", "25")]] });
    expect(events).toEqual([{ type: "replaced", items: ["list 1"] }]);
  });

  test.each([
    ["an ERROR event", { type: "ERROR" } as const],
    ["HTTP 410", kubeError("Gone", {}, "watch")],
  ])("lists anew after %s", async (_name, gone) => {
    const played = await play({ answers: ["10", "50"], connections: [[gone], []] });
    expect(versions(played)).toEqual(["10", "50"]);
    expect(played.events).toEqual([
      { type: "replaced", items: ["list 1"] },
      { type: "replaced", items: ["list 2"] },
    ]);
  });

  test("goes on through failures that pass, and tells the trouble and its end", async () => {
    const played = await play({ connections: [[kubeError("Unreachable")], [event("ADDED", "a", "11")]] });
    expect(played.troubles).toEqual(["made up: Unreachable", undefined]);
    expect(played.events.at(-1)).toEqual({ type: "added", object: "a" });
  });

  test("goes on through a list that fails", async () => {
    const played = await play({
      answers: [kubeError("Unreachable"), kubeError("ServerError"), "10"],
      connections: [[event("ADDED", "a", "11")]],
    });
    expect(played.server.lists).toBe(3);
    expect(played.troubles).toEqual(["made up: Unreachable", "made up: ServerError", undefined]);
  });

  test.each(["Unauthorized", "Forbidden", "KindAbsent", "Invalid"] as const)(
    "ends with %s, which lasts",
    async (reason) => {
      const server = new ScriptedServer({ answers: ["10"], connections: [[kubeError(reason)]], over: () => undefined });
      const { signal } = new AbortController();
      const following = watchForever(server, { clock: new JumpingClock(), random: alwaysDrawing(0), signal });
      await following.next();
      await expect(following.next()).rejects.toMatchObject({ reason });
    },
  );

  test("lists anew after three connections that bring nothing: the version may be one that never comes", async () => {
    const played = await play({ answers: ["99999", "7"], connections: [[], [], [], [event("ADDED", "a", "8")]] });
    expect(versions(played)).toEqual(["99999", "99999", "99999", "7"]);
  });

  test("pauses longer and longer while connections fail, up to 5 s", async () => {
    const failures = Array.from({ length: 8 }, () => [kubeError("Unreachable")]);
    const { clock } = await play({ connections: failures });
    expect(clock.pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  test("pauses for a moment only after a connection that was good", async () => {
    const { clock } = await play({
      connections: [[kubeError("Unreachable")], [kubeError("Unreachable")], [event("ADDED", "a", "11")], []],
    });
    expect(clock.pauses.slice(0, 3)).toEqual([200, 400, 100]);
  });

  test("takes a quiet connection that lasted for a good one", async () => {
    const { clock } = await play({ connections: [[], [], []], whileOpen: (time) => time.pass(60_000) });
    expect(clock.pauses.slice(0, 3)).toEqual([100, 100, 100]);
  });

  test("pauses a second at most after a connection that had opened, however often it is cut", async () => {
    const { clock } = await play({
      connections: Array.from({ length: 8 }, () => []),
      whileOpen: (time) => time.pass(200),
    });
    expect(Math.max(...clock.pauses)).toBe(1000);
  });

  test("takes a quiet connection of two seconds for a good one: proxies cut that soon", async () => {
    const { clock } = await play({ connections: [[], [], []], whileOpen: (time) => time.pass(2_000) });
    expect(clock.pauses.slice(0, 3)).toEqual([100, 100, 100]);
  });

  test("waits as long as the server asks", async () => {
    const { clock } = await play({ connections: [[kubeError("TooManyRequests", { retryAfterMs: 20_000 })]] });
    expect(clock.pauses[0]).toBe(20_000);
  });

  test("does not hammer a server that answers every watch with an error event", async () => {
    const { clock } = await play({ connections: Array.from({ length: 7 }, () => [{ type: "ERROR" } as const]) });
    expect(clock.pauses).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
  });

  test("lists anew when it is due, and asks the server to end the watch by then", async () => {
    const played = await play(
      { answers: ["10", "20"], connections: [[event("ADDED", "a", "11")], []], whileOpen: (time) => time.pass(30_000) },
      { relistMs: 30_000 },
    );
    expect(versions(played)).toEqual(["10", "20"]);
    expect(played.server.opened[0]?.seconds).toBe(30);
  });

  test("never asks for a watch longer than an API server keeps", async () => {
    const played = await play({ connections: [[]] });
    expect(played.server.opened[0]?.seconds).toBe(290);
  });

  test("watches at least once between two lists, however short the time is", async () => {
    const played = await play({ connections: [[], [], []] }, { relistMs: 0 });
    expect(played.server.opened.length).toBe(3);
    expect(played.server.lists).toBeLessThanOrEqual(4);
  });
});

describe("the pause before the next connection", () => {
  test("lies between zero and its bound, whatever the number of failures", () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const pause = watchPauseMs(failures, random);
        return pause >= 0 && pause <= 5000;
      }),
    );
  });
});
