import { describe, expect, test } from "@jest/globals";
import {
  healthOf,
  podWarnings,
} from "../../../../steps/switchover/phases/post-activation/verify-observability-pods.ts";

const ready = { type: "Ready", status: "True" };

function pod(name: string, status: Parameters<typeof healthOf>[0]["status"]) {
  return healthOf({ metadata: { name }, ...(status === undefined ? {} : { status }) });
}

describe("observability pods", () => {
  test("of which all work are worth no warning, nor is there one without any pod", () => {
    expect(podWarnings([pod("a", { phase: "Running", conditions: [ready] })])).toEqual([]);
    expect(podWarnings([])).toEqual([]);
  });

  test.each([
    [{ waiting: { reason: "ImagePullBackOff" } }, "ImagePullBackOff"],
    [{ terminated: { reason: "OOMKilled", exitCode: 137 } }, "OOMKilled"],
    [{ terminated: { reason: "ContainerCannotRun", exitCode: 127 } }, "exit code 127"],
  ])("name a container in state %j", (state, problem) => {
    const broken = pod("a", { phase: "Running", conditions: [ready], containerStatuses: [{ name: "main", state }] });
    expect(podWarnings([broken])).toEqual([
      `observability pods of the new hub do not work: a (container main: ${problem})`,
    ]);
  });

  test("that only start or have ended well are no problem", () => {
    const states = [{ waiting: { reason: "ContainerCreating" } }, { terminated: { reason: "Completed", exitCode: 0 } }];
    const healthy = states.map((state, index) =>
      pod(`a${index}`, { phase: "Running", conditions: [ready], containerStatuses: [{ name: "main", state }] }),
    );
    expect(podWarnings(healthy)).toEqual([]);
  });

  test("of which fewer than four of five are Ready are counted", () => {
    const all = [1, 2, 3, 4, 5].map((index) =>
      pod(`a${index}`, { phase: "Running", ...(index <= 3 ? { conditions: [ready] } : {}) }),
    );
    expect(podWarnings(all)).toEqual(["3 of 5 observability pods of the new hub are Ready"]);
  });

  test("that failed are named with their phase, ten at most", () => {
    const all = Array.from({ length: 12 }, (_, index) => pod(`a${index}`, { phase: "Failed" }));
    expect(podWarnings(all)[0]).toMatch(/a0 \(phase Failed\), .*a9 \(phase Failed\) and 2 more$/);
  });
});
