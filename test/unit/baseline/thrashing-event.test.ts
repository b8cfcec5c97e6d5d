import { describe, expect, test } from "@jest/globals";
import { type Pause, thrashing } from "../../../steps/baseline/asset/thrashing-event.ts";
import { passGate, peace, type War, type WarLimits } from "../../../steps/baseline/throttle/edit-war.ts";
import { deschedulerIdentity } from "./support/run-records.ts";

const limits: WarLimits = { capacity: 2, windowMs: 90_000, repeatThreshold: 5, repeatWindowMs: 1_800_000 };
const minute = 60_000;

function corrected(...minutes: readonly number[]): War {
  const corrections = minutes.map((at) => ({ at: at * minute, runId: `run-${at}`, paths: ["/spec/mode"] }));
  return { ...peace, corrections, episodeReported: true, isUntold: true };
}

function noteOf(pause: Pause, war: War = corrected(1, 2, 3, 4, 5), identity = deschedulerIdentity): string {
  return thrashing({ identity, war, limits, pause }).note;
}

/** Three attempts that find no token. */
function refused(): War {
  let war: War = peace;
  for (const now of [1, 2, 3]) {
    const gate = passGate(war, { tokens: 0, lastFill: 1, lastAccessed: 1 }, limits, { paths: ["/spec/mode"], now });
    if (gate.state === "open") throw new Error("it has no token");
    war = gate.war;
  }
  return war;
}

describe("the Event of an edit war", () => {
  test("names how often it was corrected within which time, the annotation that pauses it, and how to leave it to others", () => {
    expect(noteOf({ state: "marked" })).toBe(
      "somebody else keeps changing KubeDescheduler cluster, after 5 corrections within 30 min, so it is paused by " +
        "platform.kubevirt.io/reconcile-paused: find who writes it in its managedFields, then remove the annotation; or set " +
        "platform.kubevirt.io/mode to unmanaged to leave it to them",
    );
  });

  test("says of an absent object, which has nothing to annotate, where it is paused and what ends that", () => {
    expect(noteOf({ state: "absent" })).toBe(
      "somebody keeps deleting KubeDescheduler cluster, after 5 corrections within 30 min; with nothing to annotate, it is " +
        "paused in the state alone: find who deletes it, then resume it by `fairlead baseline resume --resource " +
        "KubeDescheduler/openshift-kube-descheduler-operator/cluster` (operation resume) or make it; or exclude it by " +
        "platform.kubevirt.io/disabled-resources",
    );
  });

  test("says of an object whose marker was refused that it is not paused yet, why, and that the next run tries again", () => {
    expect(noteOf({ state: "refused", reason: "a webhook\nsays no" })).toBe(
      "somebody else keeps changing KubeDescheduler cluster, after 5 corrections within 30 min, and it could not be paused " +
        "by platform.kubevirt.io/reconcile-paused, which the next run tries again (a webhook says no): find who writes it in " +
        "its managedFields; or set platform.kubevirt.io/mode to unmanaged to leave it to them",
    );
  });

  test.each([
    ["one correction alone", corrected(1), ", after 1 correction within 30 min, so"],
    ["no correction that is older than the window", corrected(1, 40, 41), ", after 2 corrections within 30 min, so"],
    ["refused ones", refused(), ", after 3 that were refused (more than 2 within 90 s), so"],
    [
      "both",
      { ...corrected(1, 2), consecutiveThrottles: 3 },
      ", after 2 corrections within 30 min and 3 that were refused (more than 2 within 90 s), so",
    ],
    ["none where its history was too long to be kept", { ...peace, episodeReported: true }, "cluster, so"],
  ])("counts %s", (_what, war, expected) => {
    expect(noteOf({ state: "marked" }, war)).toContain(expected);
  });

  test.each<Pause>([{ state: "marked" }, { state: "absent" }, { state: "refused", reason: "no\n".repeat(1000) }])(
    "is one line that an Event has room for, however long the names are: $state",
    (pause) => {
      const identity = {
        ...deschedulerIdentity,
        kind: "K".repeat(63),
        namespace: "n".repeat(63),
        name: "o".repeat(253),
      };
      const note = noteOf(pause, { ...corrected(1, 2, 3), consecutiveThrottles: 3 }, identity);
      expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1024);
      expect(note).not.toMatch(/[\n\r]/);
    },
  );
});
