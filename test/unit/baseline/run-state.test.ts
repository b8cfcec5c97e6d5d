import { describe, expect, test } from "@jest/globals";
import { RunState } from "../../../steps/baseline/run/run-state.ts";
import { emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { peace } from "../../../steps/baseline/throttle/edit-war.ts";

const object = { apiVersion: "v1", kind: "ConfigMap", name: "settings", namespace: "default" };
const bucket = { tokens: 3, lastFill: 1, lastAccessed: 1 };

describe("what a run knows of an object", () => {
  test("is nothing before anybody told it", () => {
    const state = new RunState(emptyState);
    expect([state.war(object), state.bucket(object)]).toEqual([peace, undefined]);
  });

  test("is forgotten when its user resumes it, its count of edit wars excepted", () => {
    const state = new RunState(emptyState);
    state.setWar(object, { ...peace, pauseMarked: true, consecutiveThrottles: 3 });
    state.setBucket(object, bucket);
    state.countThrashing(object);
    state.countThrashing(object);
    state.resume(object);
    expect([state.war(object), state.bucket(object)]).toEqual([peace, undefined]);
    expect(state.value.thrashings).toEqual({ "ConfigMap/default/settings": 2 });
  });

  test("is no name that every object has", () => {
    const odd = { ...object, kind: "constructor", namespace: "", name: "" };
    expect(new RunState(emptyState).war(odd)).toEqual(peace);
  });
});
