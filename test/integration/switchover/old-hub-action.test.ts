import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

describe("a switchover with old-hub-action none", () => {
  let bench: SwitchoverBench;
  let run: Ended;

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 1 }, patientTuning);
    run = await bench.run(["--old-hub-action", "none"]);
  }, 300_000);

  afterAll(() => bench.close());

  test("4.6 completes, says that the old hub is left alone, and skips the look at it", async () => {
    expect({ exitCode: run.exitCode, tail: run.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
    expect(run.stderr).toContain("left as it is: old-hub-action is none");
    const state = await bench.state();
    expect(state).toMatchObject({ current_phase: "completed", parameters: { oldHubAction: "none" } });
    const steps = state?.["completed_steps"] as readonly { readonly name: string }[];
    const names = steps.map((step) => step.name);
    expect(names).toContain("handle_old_hub");
    expect(names).not.toContain("verify_old_hub_state");
  });

  test("4.6 makes no Restore on the old hub and leaves its schedule paused", async () => {
    expect(await bench.pair.seeds.primary.list("restores")).toEqual([]);
    const schedule = await bench.pair.seeds.primary.find("backupSchedules", "acm-hub-backup");
    expect(schedule).toMatchObject({ spec: { paused: true } });
  });

  test("4.6 started again with another action is refused and names both", async () => {
    // A completed state is looked at for what must not change before it is taken for done.
    const again = await bench.run(["--old-hub-action", "secondary"]);
    expect(again.exitCode).toBe(4);
    expect(again.stderr).toContain('the operation began with "none", this run says "secondary"');
  }, 60_000);
});
