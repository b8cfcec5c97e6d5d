import { describe, expect, test } from "@jest/globals";
import { candidates, identitiesOfKey, readKey } from "../../../steps/baseline/resume/paused-objects.ts";
import { emptyState, objectKey } from "../../../steps/baseline/state/baseline-state.ts";
import { peace } from "../../../steps/baseline/throttle/edit-war.ts";
import { deschedulerIdentity, swapIdentity } from "./support/run-records.ts";

const kindOf = ({ apiVersion, kind }: typeof swapIdentity) => ({ kind: { apiVersion, kind } });
const assets = [kindOf(deschedulerIdentity), kindOf(swapIdentity), kindOf(swapIdentity)];
const war = { ...peace, pausedAbsent: true };

describe("the key of an object", () => {
  test.each([deschedulerIdentity, swapIdentity])("leads back to it: $kind", (identity) => {
    const { kind, namespace, name } = identity;
    expect(readKey(objectKey(identity))).toEqual({ kind, namespace, name });
    expect(identitiesOfKey(objectKey(identity), assets)).toEqual([identity]);
  });

  test("of a kind that no asset has leads nowhere", () => {
    expect(identitiesOfKey("Pod/default/x", assets)).toEqual([]);
  });

  test("may mean a kind of two APIs", () => {
    const other = { ...swapIdentity, apiVersion: "other.io/v1" };
    const both = identitiesOfKey("MachineConfig/a", [...assets, kindOf(other)]);
    expect(both.map(({ apiVersion }) => apiVersion)).toEqual([swapIdentity.apiVersion, "other.io/v1"]);
  });
});

describe("what may be paused", () => {
  test("is what was rendered before, what is fought over, and what is wanted now, each once", () => {
    const wanted = { ...swapIdentity, name: "now" };
    const state = {
      ...emptyState,
      identities: { "descheduler-loadaware": deschedulerIdentity, "swap-enable": swapIdentity },
      wars: { [objectKey(swapIdentity)]: war, "MachineConfig/gone": war, "Foreign/x": war },
    };
    expect(candidates(state, [wanted, deschedulerIdentity], assets).map(objectKey)).toEqual([
      "KubeDescheduler/openshift-kube-descheduler-operator/cluster",
      "MachineConfig/90-worker-swap-online",
      "MachineConfig/gone",
      "MachineConfig/now",
    ]);
  });

  test("is what is wanted now where the state is lost", () => {
    expect(candidates(emptyState, [deschedulerIdentity], assets)).toEqual([deschedulerIdentity]);
  });
});
