import { describe, expect, test } from "@jest/globals";
import { chooseOperation, type LostHubSearch } from "../../../../steps/switchover/operation/find-operation.ts";
import { operationId } from "../../../../steps/switchover/operation-id.ts";
import type { StateDocument } from "../../../../steps/switchover/state/state-document.ts";

const now = Date.parse("2026-11-25T12:00:00Z");
const hoursAgo = (hours: number): string => new Date(now - hours * 3_600_000).toISOString();
const secondary = { server: "https://west:6443", id: "west" };
const search: LostHubSearch = {
  given: undefined,
  stateFolder: undefined,
  oldServer: "https://east:6443",
  secondary,
  staleHours: 6,
  now,
};
const nameless = { ...search, oldServer: "" };
const own = operationId({ server: "https://east:6443", id: "" }, secondary);

interface Changes {
  readonly from?: string;
  readonly to?: string;
  readonly phase?: StateDocument["current_phase"];
  readonly hours?: number;
  readonly operation?: string;
}

function known(
  id: string,
  { from = "https://east:6443", to = "west", phase = "failed", hours = 1, operation = "switchover" }: Changes = {},
) {
  const hub = (api: string, hubId: string) => ({ api, id: hubId, acmVersion: "2.14.1" });
  return {
    operation_id: id,
    operation,
    current_phase: phase,
    last_updated: hoursAgo(hours),
    hubs: { primary: hub(from, "east"), secondary: hub("https://west:6443", to) },
  };
}

describe("the operation that a run without its old hub belongs to", () => {
  test("is a new one, the same whenever it is started, where there is none", () => {
    expect(chooseOperation([], search)).toBe(own);
    expect(chooseOperation([], nameless)).toBe(operationId({ server: "", id: "" }, secondary));
  });

  test("is the unfinished one from that API server to this new hub", () => {
    expect(chooseOperation([known("spring")], search)).toBe("spring");
  });

  test("is the one that such a run began, also without any kubeconfig of the old hub", () => {
    const id = chooseOperation([], nameless);
    expect(chooseOperation([known(id, { from: "", phase: "activation" })], nameless)).toBe(id);
  });

  test.each([
    ["towards another hub", { to: "north" }],
    ["of another kind", { operation: "argocd-pause" }],
    ["rolled back", { phase: "rolled_back" }],
    ["finished long ago", { phase: "completed", hours: 7 }],
  ] as const)("is none that is %s", (_what, changes) => {
    expect(chooseOperation([known("spring", changes)], search)).toBe(own);
  });

  test("is the one that was finished a short while ago: it says so", () => {
    expect(chooseOperation([known("spring", { phase: "completed" })], search)).toBe("spring");
  });

  test.each([
    ["the old hub has no name", nameless, [known("spring")]],
    ["it comes from another hub", search, [known("spring", { from: "https://north:6443" })]],
    ["there are two", search, [known("spring"), known("summer")]],
  ] as const)("is not guessed where one is unfinished and %s", (_what, looked, states) => {
    expect(() => chooseOperation(states, looked)).toThrow(
      expect.objectContaining({
        text: expect.objectContaining({ id: "SW-DOWN-04", fix: expect.stringContaining("operation-id spring") }),
      }),
    );
  });
});
