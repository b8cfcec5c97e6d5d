import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  ClusterFollower,
  type ClusterState,
  clusterStateMeanings,
  nextClusterState,
} from "../../../../steps/lib/phase/cluster-follower.ts";

const states = Object.keys(clusterStateMeanings) as readonly ClusterState[]; // keys of that very record

/** What is told of one cluster that is seen in these states one after the other. */
function told(...seen: readonly ClusterState[]): readonly string[] {
  const follower = new ClusterFollower();
  return seen.flatMap((state) =>
    follower.take({ hub: "secondary", clusters: [{ name: "c1", state }] }).map((change) => change.state),
  );
}

describe("W-08 what is told of a cluster", () => {
  test("is each step of its way to the hub, once", () => {
    expect(told("restored", "restored", "importing", "joined", "joined", "available", "available")).toEqual([
      "restored",
      "importing",
      "joined",
      "available",
    ]);
  });

  test("is that it was lost, once, and that it came back", () => {
    expect(told("available", "joined", "restored", "joined", "available", "joined")).toEqual([
      "available",
      "lost",
      "available",
      "lost",
    ]);
  });

  test("is what a write did, although a look shows less", () => {
    expect(told("restored", "import-asked", "restored", "klusterlet-repaired", "restored", "joined")).toEqual([
      "restored",
      "import-asked",
      "klusterlet-repaired",
      "joined",
    ]);
  });

  test("is that it was given up, and that it came all the same", () => {
    expect(told("restored", "given-up", "restored", "joined", "available")).toEqual([
      "restored",
      "given-up",
      "available",
    ]);
  });

  test("is never that it was given up when it is available", () => {
    expect(told("available", "given-up")).toEqual(["available"]);
  });

  test("is that it went from the hub, and that it is there again", () => {
    expect(told("available", "missing", "missing", "restored")).toEqual(["available", "missing", "restored"]);
  });

  test("is nothing twice in a row, and the end of it is what the rules say of all that was seen", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states), { minLength: 1, maxLength: 30 }), (seen) => {
        const changes = told(...seen);
        expect(changes.every((state, index) => state !== changes[index - 1])).toBe(true);
        const end = seen.reduce<ClusterState | undefined>(nextClusterState, undefined);
        expect(changes.at(-1)).toBe(end);
      }),
    );
  });

  test("ends available whatever was before, when it is seen so", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...states)), (seen) => {
        expect([...seen, "available" as const].reduce<ClusterState | undefined>(nextClusterState, undefined)).toBe(
          "available",
        );
      }),
    );
  });

  test("is apart for each hub, and has what was told before, the count and the reason", () => {
    const follower = new ClusterFollower();
    const count = { done: 3, total: 12 };
    follower.take({ hub: "primary", clusters: [{ name: "c1", state: "available" }] });
    expect(follower.take({ hub: "secondary", clusters: [{ name: "c1", state: "restored" }] })).toEqual([
      { hub: "secondary", cluster: "c1", state: "restored" },
    ]);
    const sight = { name: "c1", state: "joined", note: "NoAvailableCondition" } as const;
    expect(follower.take({ hub: "secondary", clusters: [sight], count })).toEqual([
      { hub: "secondary", cluster: "c1", state: "joined", before: "restored", note: "NoAvailableCondition", count },
    ]);
  });

  test("does not grow with the looks: 3,000 clusters looked at 100 times are told once", () => {
    const follower = new ClusterFollower();
    const clusters = Array.from({ length: 3_000 }, (_, index) => ({ name: `c${index}`, state: "available" as const }));
    let changes = 0;
    for (let look = 0; look < 100; look += 1) changes += follower.take({ hub: "secondary", clusters }).length;
    expect(changes).toBe(3_000);
  });
});
