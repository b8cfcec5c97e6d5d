import { describe, expect, test } from "@jest/globals";
import type { Cluster } from "../../../steps/baseline/cluster/cluster.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import type { TombstoneRecord } from "../../../steps/baseline/run/run-record.ts";
import { buryTombstones } from "../../../steps/baseline/tombstones/bury.ts";
import { kubeError } from "../lib/kube/fixtures.ts";
import { descheduler } from "./support/objects.ts";

const identity = { apiVersion: "operator.openshift.io/v1", kind: "KubeDescheduler", namespace: "old", name: "cluster" };
const tombstone = { identity, path: "tombstones/old.yaml" };
const version = (resourceVersion: string, annotations: Readonly<Record<string, string>> = {}): ManagedObject =>
  descheduler(
    {},
    {
      labels: { "platform.kubevirt.io/managed-by": "virt-platform-autopilot" },
      uid: "u",
      resourceVersion,
      annotations,
    },
  );

/** What becomes of an object that is, look by look, as in `looks`, while its deletions are for `current` versions only. */
async function bury(looks: readonly ManagedObject[], current: string) {
  const left = [...looks];
  const deletions: unknown[] = [];
  const cluster = {
    options: { signal: new AbortController().signal },
    resource: async () => ({ group: "", version: "v1", plural: "x", kind: "X", scope: "namespaced" }),
    find: async () => left.shift(),
    client: {
      delete: async (_resource: unknown, _ref: unknown, { resourceVersion }: { readonly resourceVersion: string }) => {
        deletions.push(resourceVersion);
        if (resourceVersion !== current) throw kubeError("Conflict", {}, "delete");
      },
    },
  } as unknown as Cluster; // what burying needs of it
  const told: TombstoneRecord[] = [];
  await buryTombstones([tombstone], cluster, false, (record) => void told.push(record));
  return { deletions, told };
}

describe("an object of an earlier release that changes between the look at it and its deletion", () => {
  test("is looked at again and deleted, where it is still ours", async () => {
    const { deletions, told } = await bury([version("7"), version("8")], "8");
    expect(deletions).toEqual(["7", "8"]);
    expect(told).toEqual([{ ...tombstone, status: "deleted" }]);
  });

  test("D28 is kept where its user has just taken it over", async () => {
    const { deletions, told } = await bury(
      [version("7"), version("8", { "platform.kubevirt.io/mode": "unmanaged" })],
      "8",
    );
    expect(deletions).toEqual(["7"]);
    expect(told).toEqual([{ ...tombstone, status: "skipped", reason: "its user has it unmanaged" }]);
  });

  test("is left to the next run where it changes each time", async () => {
    const { deletions, told } = await bury([version("7"), version("8"), version("9"), version("10")], "");
    expect(deletions).toEqual(["7", "8", "9"]);
    expect(told).toEqual([expect.objectContaining({ status: "failed" })]);
  });
});
