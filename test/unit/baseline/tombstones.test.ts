import { describe, expect, test } from "@jest/globals";
import { judgeTombstone } from "../../../steps/baseline/tombstones/judge-tombstone.ts";
import { descheduler } from "./support/objects.ts";

const label = "platform.kubevirt.io/managed-by";
const ours = { labels: { [label]: "virt-platform-autopilot" }, uid: "u", resourceVersion: "7" };
const live = (metadata: Parameters<typeof descheduler>[1]) => descheduler({}, metadata);

describe("an object of an earlier release", () => {
  test("that is not there needs nothing", () => {
    expect(judgeTombstone(undefined)).toEqual({ decision: "gone" });
  });

  test("B-12-61 D28 with our label is deleted as it was seen", () => {
    expect(judgeTombstone(live(ours))).toEqual({ decision: "delete", uid: "u", resourceVersion: "7" });
  });

  test.each([
    ["B-12-62 without label", {}, "it has no such label"],
    ["B-12-62 with another value", { labels: { [label]: "somebody" } }, 'its label is "somebody"'],
    [
      "B-12-62 D28 B7 that is unmanaged",
      { ...ours, annotations: { "platform.kubevirt.io/mode": "unmanaged" } },
      "unmanaged",
    ],
  ])("%s is kept", (_given, metadata, reason) => {
    expect(judgeTombstone(live(metadata))).toEqual({ decision: "skip", reason: expect.stringContaining(reason) });
  });

  test("B-12-63 D29 that a finalizer keeps is not deleted again", () => {
    expect(judgeTombstone(live({ ...ours, deletionTimestamp: "2026-01-01T00:00:00Z" }))).toEqual({ decision: "held" });
  });
});
