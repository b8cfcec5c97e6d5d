import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  decideStart,
  type StartDecision,
  type StartRequest,
  startsOver,
} from "../../../../steps/switchover/state/decide-start.ts";
import {
  freshDocument,
  runnablePhases,
  type StateDocument,
  type StoredError,
  type StoredHub,
  type StoredPhase,
} from "../../../../steps/switchover/state/state-document.ts";

const now = Date.parse("2026-11-25T12:00:00Z");
const hoursAgo = (hours: number): string => new Date(now - hours * 3_600_000).toISOString();
const hub = (id: string): StoredHub => ({ id, api: `https://${id}.example.com:6443`, acmVersion: "2.14.1" });
const frozen = { method: "passive", activationMethod: "patch", oldHubAction: "secondary" };

const request: StartRequest = {
  hubs: { primary: hub("east"), secondary: hub("west") },
  parameters: frozen,
  force: false,
  staleHours: 6,
};

function state(changes: Partial<StateDocument> = {}): StateDocument {
  const document = freshDocument({
    toolVersion: "1.0.0",
    operationId: "drill",
    contexts: { primary: "east", secondary: "west" },
    hubs: request.hubs,
    parameters: frozen,
    at: hoursAgo(1),
  });
  return { ...document, ...changes };
}

const begun: Partial<StateDocument> = {
  current_phase: "primary_preparation",
  completed_steps: [{ name: "pause_backup_schedule", timestamp: hoursAgo(1) }],
};
const error = (phase: string, text = "it broke"): StoredError => ({ error: text, phase, timestamp: hoursAgo(1) });
const failedIn = (...phases: readonly string[]): StateDocument =>
  state({ current_phase: "failed", errors: phases.map((phase) => error(phase, `${phase} broke`)) });

/** `resume`, or `refuse SW-STATE-04`; then what its text says. */
function outcome(decision: StartDecision): readonly [string, string] {
  if (decision.decision === "refuse") {
    const { id, what, why, fix } = decision.error.text;
    return [`refuse ${id}`, `${what}; ${why}; ${fix}`];
  }
  return [decision.decision, decision.notice ?? ""];
}

interface Row {
  readonly found: StateDocument | undefined;
  readonly asked?: Partial<StartRequest>;
  readonly decides: string;
  readonly says?: string;
}

function decides(rows: Readonly<Record<string, Row>>): void {
  test.each(Object.entries(rows))("%s", (_given, row) => {
    const [decision, text] = outcome(decideStart(row.found, { ...request, ...row.asked }, now));
    expect(decision).toBe(row.decides);
    expect(text).toContain(row.says ?? "");
  });
}

describe("a run that finds no progress", () => {
  decides({
    "starts where there is no state": { found: undefined, decides: "fresh" },
    "starts where the state has done nothing": { found: state(), decides: "fresh" },
    "starts over the state of other hubs, and says so": {
      found: state({ hubs: { primary: hub("east"), secondary: hub("north") } }),
      decides: "fresh",
      says: "held no progress",
    },
    "takes other parameters": {
      found: state(),
      asked: { parameters: { ...frozen, method: "full" } },
      decides: "fresh",
    },
  });
});

describe("a run that finds the state of something else", () => {
  decides({
    "refuses that of a pause of Argo CD, whatever force it is given": {
      found: state({ operation: "argocd-pause" }),
      asked: { force: true },
      decides: "refuse SW-ARGO-05",
      says: "argocd-pause",
    },
  });
});

describe("a run that finds an operation in progress", () => {
  decides({
    "A-52: resumes it in its phase": { found: state(begun), decides: "resume", says: "primary_preparation" },
    "resumes it however old it is: it never becomes stale": {
      found: state({ ...begun, last_updated: hoursAgo(5000) }),
      decides: "resume",
    },
    "resumes it though nobody knows how old it is": {
      found: state({ ...begun, last_updated: "" }),
      decides: "resume",
    },
    "resumes the phase of an older writer": {
      found: state({ ...begun, current_phase: "secondary_verification" }),
      decides: "resume",
      says: "secondary_verification",
    },
    "resumes one that recorded something before its first phase": {
      found: state({ errors: [error("preflight_validation")] }),
      decides: "resume",
    },
    "resumes it all the same with force": { found: state(begun), asked: { force: true }, decides: "resume" },
  });

  test.each(runnablePhases)("resumes %s", (phase) => {
    expect(decideStart(state({ ...begun, current_phase: phase }), request, now)).toEqual({
      decision: "resume",
      notice: `resuming in phase ${phase}`,
    });
  });
});

describe("a run that finds a completed operation", () => {
  const completed = (last_updated: string): StateDocument =>
    state({ ...begun, current_phase: "completed", last_updated });
  decides({
    "A-54: of 1 h ago has nothing to do and says so": {
      found: completed(hoursAgo(1)),
      decides: "nothing-to-do",
      says: "nothing was executed",
    },
    "has nothing to do at the very limit": { found: completed(hoursAgo(6)), decides: "nothing-to-do" },
    "A-54: of 7 h ago refuses": { found: completed(hoursAgo(7)), decides: "refuse SW-STATE-04", says: "operation-id" },
    "A-54: of an unknown time refuses": {
      found: completed(""),
      decides: "refuse SW-STATE-04",
      says: "an unknown time",
    },
    "refuses where the time cannot be read": {
      found: completed("yesterday"),
      decides: "refuse SW-STATE-04",
      says: "yesterday",
    },
    "reads a time with an offset": { found: completed("2026-11-25T13:30:00+02:00"), decides: "nothing-to-do" },
    "A-54: of 7 h ago starts over with force": {
      found: completed(hoursAgo(7)),
      asked: { force: true },
      decides: "fresh",
      says: "force",
    },
    "of an unknown time starts over with force": { found: completed(""), asked: { force: true }, decides: "fresh" },
    "of 1 h ago has nothing to do even with force": {
      found: completed(hoursAgo(1)),
      asked: { force: true },
      decides: "nothing-to-do",
    },
    "of 7 h ago has nothing to do where a day counts as recent": {
      found: completed(hoursAgo(7)),
      asked: { staleHours: 24 },
      decides: "nothing-to-do",
    },
  });
});

describe("a run that finds a failed operation", () => {
  decides({
    "A-53 / K-33: resumes where its last error was": {
      found: failedIn("activation", "finalization"),
      decides: "resume",
      says: "resuming finalization; it failed last with: finalization broke",
    },
    "resumes a failed preflight": { found: failedIn("preflight_validation"), decides: "resume" },
    "refuses where it names no error": {
      found: failedIn(),
      decides: "refuse SW-STATE-06",
      says: "force starts over",
    },
    "refuses where the phase is unknown": { found: failedIn("teardown"), decides: "refuse SW-STATE-06" },
    "starts over without an error only with force": { found: failedIn(), asked: { force: true }, decides: "fresh" },
    "starts over from an unknown phase only with force": {
      found: failedIn("teardown"),
      asked: { force: true },
      decides: "fresh",
    },
    "leaves a failed rollback to the rollback": {
      found: failedIn("activation", "rollback"),
      decides: "refuse SW-STATE-05",
      says: "only the rollback may go on",
    },
    "leaves a failed rollback to the rollback even with force": {
      found: failedIn("rollback"),
      asked: { force: true },
      decides: "refuse SW-STATE-05",
    },
  });
});

describe("force", () => {
  const states: readonly StateDocument[] = [
    ...[1, 6, 7].map((hours) => state({ ...begun, current_phase: "completed", last_updated: hoursAgo(hours) })),
    state({ ...begun, current_phase: "completed", last_updated: "" }),
    failedIn(),
    failedIn("teardown"),
    failedIn("activation"),
    failedIn("rollback"),
    state(begun),
  ];

  test.each(states.flatMap((found) => [true, false].map((force) => ({ found, force }))))(
    "$force spares no check of a state in phase $found.current_phase that is started over",
    ({ found, force }) => {
      const { decision } = decideStart(found, { ...request, force }, now);
      expect(startsOver(found, { force, staleHours: request.staleHours }, now)).toBe(decision === "fresh");
    },
  );
});

describe("a run that finds a rollback", () => {
  const found = (current_phase: StoredPhase, force: boolean): readonly [string, string] =>
    outcome(decideStart(state({ ...begun, current_phase }), { ...request, force }, now));

  test.each([false, true])("leaves one that was interrupted to the rollback, force %s", (force) => {
    const [decision, text] = found("rollback", force);
    expect(decision).toBe("refuse SW-STATE-11");
    expect(text).toContain("only the rollback may go on");
    expect(text).not.toContain("reset-state");
  });

  test.each([false, true])("refuses after one that ended, and names the ways on, force %s", (force) => {
    const [decision, text] = found("rolled_back", force);
    expect(decision).toBe("refuse SW-STATE-08");
    expect(text).toContain("was rolled back");
    expect(text).toContain("reset-state");
  });
});

describe("a run that does not fit the state", () => {
  const swapped = { primary: hub("west"), secondary: hub("east") };
  decides({
    "A-56 / K-09: refuses other hubs, and names all four": {
      found: state(begun),
      asked: { hubs: { primary: hub("east"), secondary: hub("north") } },
      decides: "refuse SW-STATE-02",
      says: "from east to west, this run from east to north",
    },
    "refuses other hubs where only an error is recorded": {
      found: state({ errors: [error("preflight_validation")] }),
      asked: { hubs: { primary: hub("north"), secondary: hub("west") } },
      decides: "refuse SW-STATE-02",
    },
    "refuses other hubs where only a phase has begun": {
      found: state({ current_phase: "preflight_validation" }),
      asked: { hubs: { primary: hub("north"), secondary: hub("west") } },
      decides: "refuse SW-STATE-02",
    },
    "A-80: refuses the way back, and advises another operation-id": {
      found: state({ ...begun, current_phase: "completed" }),
      asked: { hubs: swapped },
      decides: "refuse SW-STATE-02",
      says: "for the way back give another operation-id",
    },
    "refuses other hubs even with force": {
      found: state(begun),
      asked: { hubs: swapped, force: true },
      decides: "refuse SW-STATE-02",
    },
    "A-57: refuses another method, and names both": {
      found: state(begun),
      asked: { parameters: { ...frozen, method: "full" } },
      decides: "refuse SW-STATE-03",
      says: 'began with "passive", this run says "full"',
    },
    "refuses another activation method": {
      found: state(begun),
      asked: { parameters: { ...frozen, activationMethod: "restore" } },
      decides: "refuse SW-STATE-03",
      says: '"patch", this run says "restore"',
    },
    "W-11 refuses other clusters to move first": {
      found: state(begun),
      asked: { parameters: { ...frozen, clusterSelector: "stage=canary" } },
      decides: "refuse SW-STATE-03",
      says: 'began with "", this run says "stage=canary"',
    },
    "refuses another action for the old hub, even with force": {
      found: state(begun),
      asked: { parameters: { ...frozen, oldHubAction: "none" }, force: true },
      decides: "refuse SW-STATE-03",
      says: "reset-state",
    },
    "refuses the state of a dry run, even with force": {
      found: state({ dry_run: true }),
      asked: { force: true },
      decides: "refuse SW-STATE-07",
    },
    "does not mind that a hub was upgraded or is reached elsewhere": {
      found: state(begun),
      asked: {
        hubs: { ...request.hubs, primary: { id: "east", api: "https://10.0.0.1:6443", acmVersion: "2.15.0" } },
      },
      decides: "resume",
    },
  });
});

describe("whatever a run finds", () => {
  const phases: readonly StoredPhase[] = [
    "init",
    ...runnablePhases,
    "secondary_verification",
    "completed",
    "failed",
    "rollback",
    "rolled_back",
  ];
  const anyState = fc
    .record({
      current_phase: fc.constantFrom(...phases),
      done: fc.boolean(),
      errors: fc.array(fc.constantFrom<string>(...runnablePhases, "rollback", "", "x"), { maxLength: 2 }),
      last_updated: fc.constantFrom("", hoursAgo(1), hoursAgo(100)),
    })
    .map(({ done, errors, ...rest }) =>
      state({
        ...rest,
        completed_steps: done ? (begun.completed_steps ?? []) : [],
        errors: errors.map((phase) => error(phase)),
      }),
    );

  test("force turns nothing but refusals into a fresh start, and changes no other decision", () => {
    fc.assert(
      fc.property(anyState, (found) => {
        const gently = decideStart(found, request, now);
        const forced = decideStart(found, { ...request, force: true }, now);
        if (gently.decision !== "refuse" || forced.decision === "refuse") expect(forced).toEqual(gently);
        else expect(forced.decision).toBe("fresh");
      }),
    );
  });

  test("a refusal ends with exit code 4 and says what, why and what to do", () => {
    fc.assert(
      fc.property(anyState, fc.boolean(), (found, others) => {
        const hubs = others ? { primary: hub("a"), secondary: hub("b") } : request.hubs;
        const decision = decideStart(found, { ...request, hubs }, now);
        if (decision.decision !== "refuse") return;
        expect(decision.error.exitCode).toBe(4);
        const { what, why, fix } = decision.error.text;
        expect([what, why, fix]).not.toContain("");
      }),
    );
  });
});
