import { describe, expect, test } from "@jest/globals";
import type { Klusterlet } from "../../../../steps/switchover/klusterlet/look-at-klusterlets.ts";
import {
  describeKlusterlets,
  klusterletStates,
  klusterletWarnings,
  repairOf,
} from "../../../../steps/switchover/klusterlet/plan-repair.ts";

const now = "2026-11-25T12:00:00Z";
const spoke = { target: "spoke/f/c1", file: "f", context: "c1", host: "" };
const order = { data: { kubeconfig: "bmV3" }, host: "west.example.com" };

type WrongHub = Extract<Klusterlet, { state: "wrong_hub" }>;

function wrong(data: Readonly<Record<string, string>> | undefined): WrongHub {
  const metadata = { name: "bootstrap-hub-kubeconfig", resourceVersion: "7", managedFields: [], labels: { a: "b" } };
  const bootstrap = data === undefined ? undefined : { kind: "Secret", type: "Opaque", metadata, data };
  return { cluster: "c1", state: "wrong_hub", spoke, obeys: "east.example.com", bootstrap, order };
}

const verbs = (klusterlet: WrongHub): readonly string[] =>
  repairOf(klusterlet, now).changes.map(({ verb, resource }) => `${verb} ${resource.plural}`);

describe("the repair of a klusterlet", () => {
  test("K-15: replaces the Secret whole, under the version that was read, then restarts", () => {
    const repair = repairOf(wrong({ kubeconfig: "b2xk", left: "eA==" }), now);
    expect(verbs(wrong({ kubeconfig: "b2xk" }))).toEqual(["replace secrets", "merge-patch deployments"]);
    expect(repair.changes[0]).toMatchObject({
      verb: "replace",
      body: { type: "Opaque", metadata: { resourceVersion: "7", labels: { a: "b" } }, data: order.data },
    });
  });

  test("creates the Secret where there is none", () => {
    expect(verbs(wrong(undefined))).toEqual(["create secrets", "merge-patch deployments"]);
  });

  test("only restarts where the Secret leads to the hub already", () => {
    expect(verbs(wrong(order.data))).toEqual(["merge-patch deployments"]);
  });

  test("never deletes", () => {
    for (const data of [undefined, {}, { kubeconfig: "b2xk" }, order.data]) {
      expect(verbs(wrong(data)).filter((text) => text.startsWith("delete"))).toEqual([]);
    }
  });
});

describe("what is told of a fleet's klusterlets", () => {
  const all: readonly Klusterlet[] = [
    wrong({}),
    { cluster: "c3", state: "unreachable", why: "refused" },
    { cluster: "c2", state: "verified" },
    { cluster: "c4", state: "no_kubeconfig" },
  ];

  test("counts each state", () => {
    expect(describeKlusterlets(all)).toBe(
      "of 4 clusters 1 obey this hub, 1 obey another, 1 do not answer, 1 have no kubeconfig here",
    );
  });

  test("warns only of those that nothing can be done about", () => {
    expect(klusterletWarnings(all)).toEqual(["klusterlets that do not answer: c3 (refused)"]);
  });

  test("keeps what became of each, by name", () => {
    expect(klusterletStates(all, [{ name: "c1" }])).toEqual({
      c1: "repaired",
      c2: "verified",
      c3: "unreachable",
      c4: "no kubeconfig",
    });
  });
});
