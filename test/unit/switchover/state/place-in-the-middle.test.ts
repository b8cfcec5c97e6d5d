import { describe, expect, test } from "@jest/globals";
import { placeInTheMiddle } from "../../../../steps/switchover/state/place-in-the-middle.ts";
import {
  freshDocument,
  runnablePhases,
  type StateDocument,
  type StoredPhase,
} from "../../../../steps/switchover/state/state-document.ts";

const at = "2026-11-25T12:00:00Z";
const hub = { id: "east", api: "https://east.example.com:6443", acmVersion: "2.14.1" };
const begun = freshDocument({
  toolVersion: "1.0.0",
  operationId: "drill",
  contexts: { primary: "", secondary: "" },
  hubs: { primary: hub, secondary: { ...hub, id: "west" } },
  parameters: { method: "passive", activationMethod: "patch", oldHubAction: "secondary" },
  at,
});

const inPhase = (current_phase: StoredPhase, more: Partial<StateDocument> = {}): StateDocument => ({
  ...begun,
  ...more,
  current_phase,
});
const failedIn = (...phases: readonly string[]): Partial<StateDocument> => ({
  errors: phases.map((phase) => ({ error: "it broke", phase, timestamp: at })),
});
const oneStep: Partial<StateDocument> = { completed_steps: [{ name: "pause_backup_schedule", timestamp: at }] };

describe("where an operation stands whose state is to go", () => {
  test.each(runnablePhases.filter((phase) => phase !== "preflight_validation"))(
    "phase %s is in the middle",
    (phase) => {
      expect(placeInTheMiddle(inPhase(phase))).toBe(`phase ${phase}`);
    },
  );

  test.each<StoredPhase>(["init", "preflight_validation", "completed", "rolled_back"])("phase %s is not", (phase) => {
    expect(placeInTheMiddle(inPhase(phase))).toBeUndefined();
  });

  test("a rollback that was interrupted is in the middle", () => {
    expect(placeInTheMiddle(inPhase("rollback"))).toBe("phase rollback");
  });

  test.each([...runnablePhases.slice(1), "rollback"])("a failure in %s stands there", (phase) => {
    expect(placeInTheMiddle(inPhase("failed", failedIn("preflight_validation", phase)))).toBe(
      `failed in phase ${phase}`,
    );
  });

  test("a failure of the preflight alone stands nowhere", () => {
    expect(placeInTheMiddle(inPhase("failed", failedIn("preflight_validation")))).toBeUndefined();
  });

  test("a failure that nobody recorded is in the middle once a step is recorded", () => {
    expect(placeInTheMiddle(inPhase("failed"))).toBeUndefined();
    expect(placeInTheMiddle(inPhase("failed", oneStep))).toBe("failed after its first steps");
  });

  test("a preflight that failed after steps were done is in the middle", () => {
    expect(placeInTheMiddle(inPhase("failed", { ...oneStep, ...failedIn("preflight_validation") }))).toBe(
      "failed after its first steps",
    );
  });

  test("the state of another operation is not this one's to remove", () => {
    expect(placeInTheMiddle({ ...begun, operation: "argocd-pause" })).toBe("it is that of argocd-pause");
  });
});
