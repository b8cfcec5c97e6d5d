import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { lineTypes } from "../../../steps/lib/log/line-type.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;

type Line = Readonly<Record<string, unknown>>;

/** The JSON lines of a log, in order; the last lines for people are not among them. */
function linesOf({ stderr }: Ended): readonly Line[] {
  return stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line); // an object, since it begins as one
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `c${index + 1}`);

// One run: of twelve clusters eleven come, one of them late.
describe("W-08 the progress of each cluster", () => {
  let bench: SwitchoverBench;
  let failed: Ended;

  beforeAll(async () => {
    // Time enough for the late one, however busy the machine is.
    bench = await SwitchoverBench.open({ clusters: 12 }, { ...patientTuning, clusterInitialWait: 1, clusterWait: 20 });
    const { secondary } = bench.pair.simulators;
    secondary.inject({ kind: "cluster-never-connects", cluster: "c11" });
    secondary.inject({ kind: "cluster-never-connects", cluster: "c12" });
    const child = bench.start();
    const end = ended(child);
    await written(child, "10 of 12 clusters connected; waiting for c11 (");
    secondary.clear();
    secondary.inject({ kind: "cluster-never-connects", cluster: "c12" });
    failed = await end;
  }, 5 * minute);
  afterAll(() => bench?.close());

  const clusterLines = (run: Ended): readonly Line[] => linesOf(run).filter(({ type }) => type === "cluster");

  test("W-08 tells each cluster once when it is available, in the order in which they come, and counts", () => {
    expect({ exitCode: failed.exitCode, tail: failed.stderr.slice(-1500) }).toMatchObject({ exitCode: 5 });
    const available = clusterLines(failed).filter(({ state }) => state === "available");
    expect(available.map(({ cluster }) => cluster).sort()).toEqual([...names(11)].sort());
    expect(available.at(-1)).toMatchObject({ cluster: "c11", done: 11, total: 12, hub: "secondary", level: "info" });
    const counts = available.map(({ done }) => Number(done));
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  });

  test("W-08 gives up the one that never came, and names it in full", () => {
    const last = clusterLines(failed).at(-1);
    expect(last).toMatchObject({
      cluster: "c12",
      state: "given-up",
      level: "warn",
      done: 11,
      total: 12,
      phase: "post_activation_verification",
      step: "verify_clusters_connected",
    });
    const messages = linesOf(failed).map(({ msg }) => msg);
    expect(messages).toContain("not connected, 1 clusters: c12");
  });

  test("W-08 says on every line what it is, on those of a step where the run is, and of which operation", () => {
    const lines = linesOf(failed);
    expect(lines.filter(({ type }) => !lineTypes.some((known) => known === type))).toEqual([]);
    const begun = lines.slice(lines.findIndex(({ type }) => type === "phase"));
    expect(begun.filter(({ operationId }) => operationId === undefined)).toEqual([]);
    const inSteps = begun.filter(({ type }) => type === "step" || type === "cluster");
    expect(inSteps.filter(({ phase, step }) => phase === undefined || step === undefined)).toEqual([]);
    const phases = lines.filter(({ type }) => type === "phase").map(({ phase, state }) => `${phase} ${state}`);
    expect(phases).toEqual([
      "primary_preparation started",
      "primary_preparation done",
      "activation started",
      "activation done",
      "post_activation_verification started",
      "post_activation_verification failed",
    ]);
    expect(new Set(lines.filter(({ type }) => type === "check").map(({ hub }) => hub))).toEqual(
      new Set(["primary", "secondary", "both"]),
    );
  });

  test("W-08 ends with the outcome as a line for programs, then with the last lines for people", () => {
    const lines = failed.stderr.trimEnd().split("\n");
    const result = linesOf(failed).at(-1);
    expect(result).toMatchObject({ type: "result", state: "error", id: "SW-POST-01", exitCode: 5, level: "error" });
    expect(
      lines.at(lines.findIndex((line) => line.startsWith('{"level":"error"') && line.includes('"result"')) + 1),
    ).toMatch(/^ERROR SW-POST-01 switchover run: not all clusters connected to the new hub$/);
    expect(lines.at(-1)).toBe("exit: 5");
    expect(failed.stderr).toContain("why:  11 of 12 clusters connected; waiting for c12 (");
  });

  test("W-08 reports when each cluster came, and by what, and which did not", async () => {
    const [id] = linesOf(failed).flatMap(({ operationId }) => (operationId === undefined ? [] : [String(operationId)]));
    const file = join(bench.stateFolder, "reports", id ?? "", "report.json");
    const { tables } = JSON.parse(await readFile(file, "utf8"));
    const { columns, rows, exceptions } = tables[0];
    const start = ["Cluster", "Kind", "Before", "On the new hub"];
    expect(columns).toEqual([...start, "Restored (s)", "Joined (s)", "Available (s)", "By", "Note"]);
    const byName = new Map<string, readonly string[]>(rows.map((row: readonly string[]) => [row[0], row]));
    const seconds = expect.stringMatching(/^\d+$/);
    // The operator may have asked for a cluster before the run could.
    const way = expect.stringMatching(/^import (request|by the hub)$/);
    const came = ["imported", "available", "connected", seconds, seconds, seconds, way, ""];
    for (const name of names(11)) expect(byName.get(name)).toEqual([name, ...came]);
    const late = Number(byName.get("c11")?.[6]);
    expect(names(10).filter((name) => Number(byName.get(name)?.[6]) > late)).toEqual([]);
    const never = ["imported", "available", "NoAvailableCondition", seconds, "", "", "", ""];
    expect(byName.get("c12")).toEqual(["c12", ...never]);
    expect(exceptions.map((index: number) => rows[index][0])).toEqual(["c12"]);
  });
});
