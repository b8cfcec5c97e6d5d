import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { crdFingerprint, objectFingerprint } from "../../../../steps/baseline/watch/fingerprint.ts";
import { FollowedCollection, type Sight } from "../../../../steps/baseline/watch/followed-collection.ts";
import type { WatchEvent } from "../../../../steps/lib/kube/types.ts";

const sight = (key: string, fingerprint: string): Sight => ({ key, fingerprint, touch: { what: "crd", crd: key } });
const all = (...items: readonly Sight[]): WatchEvent<Sight> => ({ type: "replaced", items });

/** What each event tells to have changed, by key. */
function told(...events: readonly WatchEvent<Sight>[]): readonly (readonly string[])[] {
  const followed = new FollowedCollection();
  return events.map((event) => followed.see(event).map((touch) => (touch.what === "crd" ? touch.crd : touch.what)));
}

describe("a collection that is followed", () => {
  test("tells nothing of what is there at the beginning", () => {
    expect(told(all(sight("a", "1"), sight("b", "1")))).toEqual([[]]);
  });

  test("tells what is added, changed and deleted, and not what is sent again as it was", () => {
    expect(
      told(
        all(sight("a", "1")),
        { type: "added", object: sight("b", "1") },
        { type: "modified", object: sight("b", "1") },
        { type: "modified", object: sight("b", "2") },
        { type: "deleted", object: sight("a", "1") },
        { type: "deleted", object: sight("a", "1") },
      ),
    ).toEqual([[], ["b"], [], ["b"], ["a"], []]);
  });

  test("tells after a cut what changed meanwhile, and that alone", () => {
    expect(
      told(
        all(sight("a", "1"), sight("b", "1"), sight("c", "1")),
        all(sight("a", "1"), sight("b", "2"), sight("d", "1")),
      ),
    ).toEqual([[], ["c", "b", "d"]]);
  });

  test("tells the same of a list as of the events that lead to it", () => {
    const sights = fc.uniqueArray(
      fc.record({ key: fc.constantFrom("a", "b", "c"), fingerprint: fc.constantFrom("1", "2") }),
      {
        selector: ({ key }) => key,
      },
    );
    fc.assert(
      fc.property(sights, sights, (before, after) => {
        const [first, second] = [before, after].map((some) => some.map((one) => sight(one.key, one.fingerprint)));
        const gone = (first ?? []).filter(({ key }) => !after.some((one) => one.key === key));
        const events = [
          ...gone.map((object): WatchEvent<Sight> => ({ type: "deleted", object })),
          ...(second ?? []).map((object): WatchEvent<Sight> => ({ type: "modified", object })),
        ];
        const begin = all(...(first ?? []));
        const byEvents = told(begin, ...events).flat();
        expect(
          told(begin, all(...(second ?? [])))
            .flat()
            .toSorted(),
        ).toEqual(byEvents.toSorted());
      }),
    );
  });
});

describe("the fingerprint of an object", () => {
  const object = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a", namespace: "n", labels: { x: "1" }, resourceVersion: "1" },
    data: { a: "1" },
  };

  test("is the same for another status, another version and another owner of its fields", () => {
    const later = {
      status: { seen: 1 },
      ...object,
      metadata: { ...object.metadata, resourceVersion: "2", generation: 2, managedFields: [] },
    };
    expect(objectFingerprint(later)).toBe(objectFingerprint(object));
  });

  test.each([
    ["a field", { ...object, data: { a: "2" } }],
    ["a label", { ...object, metadata: { ...object.metadata, labels: {} } }],
    [
      "an annotation",
      { ...object, metadata: { ...object.metadata, annotations: { "platform.kubevirt.io/mode": "unmanaged" } } },
    ],
  ])("is another for %s", (_what, later) => {
    expect(objectFingerprint(later)).not.toBe(objectFingerprint(object));
  });
});

describe("the fingerprint of a CRD", () => {
  const condition = (status: string) => ({ conditions: [{ type: "Established", status }] });
  const definition = { metadata: { name: "as.x.io" }, spec: { versions: [{ name: "v1" }] }, status: condition("True") };

  test("is another when it can be used, when it goes, and when its versions change", () => {
    const others = [
      { ...definition, status: condition("False") },
      { ...definition, metadata: { ...definition.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
      { ...definition, spec: { versions: [{ name: "v2" }] } },
    ];
    for (const other of others) expect(crdFingerprint(other)).not.toBe(crdFingerprint(definition));
  });

  test("is the same for other conditions", () => {
    const more = { conditions: [...definition.status.conditions, { type: "NamesAccepted", status: "True" }] };
    expect(crdFingerprint({ ...definition, status: more })).toBe(crdFingerprint(definition));
  });
});
