import { beforeEach, describe, expect, test } from "@jest/globals";
import { source } from "../../../../steps/lib/kube/live-collection.ts";
import type { ClusterSight, ClusterSights } from "../../../../steps/lib/phase/cluster-follower.ts";
import { type PhaseEvent, type Seen, waitOn } from "../../../../steps/lib/phase/types.ts";
import { acting, SmallBench, type Step, stepOn } from "./small-run.ts";
import { type Thing, things } from "./small-world.ts";

let bench: SmallBench;
let requests: string[];
beforeEach(() => {
  bench = new SmallBench();
  requests = [];
});

function sightsOf(all: readonly Thing[], awaited: boolean): ClusterSights {
  const clusters = all.map(
    ({ metadata, spec }): ClusterSight => ({
      name: metadata.name,
      state: spec?.["up"] === true ? "available" : "restored",
      awaited,
    }),
  );
  const done = clusters.filter(({ state }) => state === "available").length;
  return { hub: "secondary", clusters, count: { done, total: clusters.length } };
}

/** Waits until all are up; tells of each, unless it is `silent`. */
function untilUp(silent: boolean, tolerated = 0, looked: () => void = () => undefined): Step {
  return stepOn("wait", "any", (_, context) => {
    const [client] = Object.values(context.clients);
    if (client === undefined) throw new Error("a context has a client");
    const wait = waitOn({
      title: "waiting",
      sources: { all: source(client, things, {}, (thing) => thing) },
      decide: ({ all }, { elapsedMs }): Seen => {
        looked();
        const sights = sightsOf(all, true);
        const left = all.length - (sights.count?.done ?? 0);
        const told = silent ? {} : { clusters: sights };
        if (left === 0 || (left <= tolerated && elapsedMs > 30_000)) return { state: "done", note: "up", ...told };
        return { state: "pending", note: `${left} left`, ...told, ...(silent ? {} : { count: { done: 0, total: 9 } }) };
      },
      timeoutMs: 60_000,
    });
    return acting([{ kind: "wait", wait }]);
  });
}

const point = async (what: string): Promise<void> => void requests.push(what);
const ofClusters = (): readonly string[] =>
  bench.events.flatMap((event) => (event.type === "cluster" ? [`${event.cluster} ${event.state}`] : []));
const givenUp = (): readonly PhaseEvent[] => bench.events.filter(({ type }) => type === "clusters-given-up");

describe("W-08 a wait that tells of clusters", () => {
  test("tells each once, gives up those that are left when its time is up, and names them all", async () => {
    bench.world.put("c1", { up: true });
    bench.world.put("c2", {});
    bench.world.put("c3", {});
    const outcome = await bench.run([untilUp(false)]);
    expect(outcome).toMatchObject({ state: "failed", error: { text: { id: "PHASE-01" } } });
    expect(ofClusters()).toEqual(["c1 available", "c2 restored", "c3 restored", "c2 given-up", "c3 given-up"]);
    expect(givenUp()).toMatchObject([{ clusters: ["c2", "c3"], hub: "secondary", step: "wait" }]);
  });

  test("gives up those that it ends well without", async () => {
    bench.world.put("c1", { up: true });
    bench.world.put("c2", {});
    expect(await bench.run([untilUp(false, 1)])).toMatchObject({ state: "done" });
    expect(ofClusters().at(-1)).toBe("c2 given-up");
  });

  test("gives up nobody when all are up, and nobody when the run is stopped", async () => {
    bench.world.put("c1", { up: true });
    await bench.run([untilUp(false)]);
    expect(givenUp()).toEqual([]);

    bench = new SmallBench();
    bench.world.put("c1", {});
    const stop = new AbortController();
    const outcome = await bench.run([untilUp(false, 0, () => stop.abort(new Error("stopped")))], {
      signal: stop.signal,
    });
    expect(outcome.state).toBe("interrupted");
    expect(ofClusters()).toEqual(["c1 restored"]);
    expect(givenUp()).toEqual([]);
  });

  test("asks the server for no more than one that tells nothing", async () => {
    const asked = async (silent: boolean): Promise<readonly string[]> => {
      bench = new SmallBench();
      requests = [];
      bench.world.put("c1", {});
      await bench.run([untilUp(silent)], { point });
      return requests.filter((what) => what.startsWith("before"));
    };
    expect(await asked(false)).toEqual(await asked(true));
  });

  test("tells its count with its notes", async () => {
    bench.world.put("c1", {});
    await bench.run([untilUp(false)]);
    const notes = bench.events.filter(({ type }) => type === "waiting");
    expect(notes).toMatchObject([{ note: "1 left", count: { done: 0, total: 9 } }]);
  });

  test("tells of a step that finds all done, too", async () => {
    bench.world.put("c1", { up: true });
    const found = stepOn("look", "c1", (thing) => ({
      state: "done",
      note: "up",
      clusters: sightsOf(thing === undefined ? [] : [thing], false),
    }));
    await bench.run([found]);
    expect(ofClusters()).toEqual(["c1 available"]);
  });
});
