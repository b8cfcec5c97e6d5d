import { describe, expect, test } from "@jest/globals";
import { decideStart, type StartRequest } from "../../../../steps/switchover/state/decide-start.ts";
import { isActivated, withOldHubBack, withoutOldHub } from "../../../../steps/switchover/state/lost-hub.ts";
import { freshDocument, type StateDocument } from "../../../../steps/switchover/state/state-document.ts";

const at = "2026-11-25T11:00:00.000Z";
const now = Date.parse("2026-11-25T12:00:00Z");
const hub = (id: string) => ({ id, api: `https://${id === "" ? "lost" : id}:6443`, acmVersion: "2.14.1" });
const frozen = { method: "passive", activationMethod: "patch", oldHubAction: "secondary" };
const none = { ...frozen, oldHubAction: "none" };

const asked: StartRequest = {
  hubs: { primary: hub(""), secondary: hub("west") },
  parameters: none,
  force: false,
  staleHours: 6,
  primaryUnreachable: true,
};

function begun(changes: Partial<StateDocument> = {}): StateDocument {
  const fresh = freshDocument({
    toolVersion: "1.0.0",
    operationId: "drill",
    contexts: { primary: "", secondary: "" },
    hubs: { primary: hub("east"), secondary: hub("west") },
    parameters: frozen,
    at,
  });
  const completed_steps = [{ name: "pause_backup_schedule", timestamp: at }];
  return { ...fresh, current_phase: "activation", completed_steps, ...changes };
}

const namesOf = ({ completed_steps: steps }: StateDocument) => steps.map(({ name }) => name);

describe("an operation whose old hub is declared down in the middle", () => {
  test("A-73 goes on, though its old hub was to become secondary: nothing can be done there", () => {
    expect(decideStart(begun(), asked, now)).toMatchObject({ decision: "resume" });
  });

  test.each([
    ["another method", { parameters: { ...none, method: "full" } }],
    ["another part of the old hub, which nothing forces", { primaryUnreachable: false }],
  ] as const)("A-57 is refused with %s", (_what, changes) => {
    expect(decideStart(begun(), { ...asked, ...changes }, now)).toMatchObject({
      decision: "refuse",
      error: { text: { id: "SW-STATE-03" } },
    });
  });

  test("A-56 is refused towards another new hub, in words for a hub that nobody can name", () => {
    const decision = decideStart(begun(), { ...asked, hubs: { ...asked.hubs, secondary: hub("north") } }, now);
    expect(decision).toMatchObject({
      decision: "refuse",
      error: { text: { id: "SW-STATE-02", why: expect.stringContaining("this run from a hub that is down to north") } },
    });
  });

  test("keeps what it knows, and tells once that the old hub gets no part", () => {
    const lost = withoutOldHub(begun(), none);
    expect(lost).toMatchObject({ parameters: none, hubs: { primary: { id: "east" } } });
    expect(lost.config.primary_unreachable).toBe(true);
    expect(lost.warnings).toEqual([expect.stringContaining("old-hub-action was secondary and is none from now on")]);
    expect(withoutOldHub(lost, none)).toEqual(lost);
  });
});

describe("an old hub that is back before the end", () => {
  const unprepared = begun({
    config: { primary_unreachable: true },
    hubs: { primary: hub(""), secondary: hub("west") },
    completed_steps: ["pause_argocd_apps", "primary_prep_skipped", "verify_passive_sync"].map((name) => ({
      name,
      timestamp: at,
    })),
    completed_phases: ["primary_preparation"],
  });

  test("is known by its name from then on, and what was left out there is to be done", () => {
    const back = withOldHubBack(unprepared, hub("east"));
    expect(back.hubs.primary).toEqual(hub("east"));
    expect(namesOf(back)).toEqual(["verify_passive_sync"]);
    expect(back.completed_phases).toEqual([]);
    expect(back.config).toEqual({});
  });

  test("that was prepared before it was lost is not prepared again", () => {
    const prepared = begun({ config: { primary_unreachable: true }, completed_phases: ["primary_preparation"] });
    const back = withOldHubBack(prepared, hub("east"));
    expect(namesOf(back)).toEqual(["pause_backup_schedule"]);
    expect(back.completed_phases).toEqual(["primary_preparation"]);
  });

  test("that never was away changes nothing", () => {
    expect(withOldHubBack(begun(), hub("east"))).toEqual(begun());
  });

  test.each([
    ["activate_managed_clusters", true],
    ["create_full_restore", true],
    ["verify_passive_sync", false],
  ])("after %s its fleet is a measure no more: %s", (name, expected) => {
    expect(isActivated(begun({ completed_steps: [{ name, timestamp: at }] }))).toBe(expected);
  });
});
