import { describe, expect, test } from "@jest/globals";
import { withOpenParameters } from "../../../../steps/switchover/operation/operation-document.ts";
import { freshDocument } from "../../../../steps/switchover/state/state-document.ts";

const at = "2026-11-25T12:00:00Z";
const hub = { id: "east", api: "https://east.example.com:6443", acmVersion: "2.14.1" };
const first = { method: "passive", activationMethod: "patch", oldHubAction: "secondary" };
const later = { method: "full", activationMethod: "restore", oldHubAction: "none" };
const failed = {
  ...freshDocument({
    toolVersion: "1.0.0",
    operationId: "drill",
    contexts: { primary: "", secondary: "" },
    hubs: { primary: hub, secondary: { ...hub, id: "west" } },
    parameters: first,
    at,
  }),
  errors: [{ error: "it broke", phase: "preflight_validation", timestamp: at }],
};

describe("the parameters of an operation", () => {
  test("are those of its latest run while no step is recorded, so that its next one can resume it", () => {
    expect(withOpenParameters(failed, later).parameters).toEqual(later);
  });

  test("bind once a step is recorded", () => {
    const begun = { ...failed, completed_steps: [{ name: "pause_backup_schedule", timestamp: at }] };
    expect(withOpenParameters(begun, later).parameters).toEqual(first);
  });
});
