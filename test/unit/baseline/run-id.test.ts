import { describe, expect, test } from "@jest/globals";
import { runIdOf } from "../../../steps/baseline/run/run-id.ts";

describe("the name of a run", () => {
  const toolVersion = "1.2.3";

  test("is that of the PipelineRun, which a pod that is started again has, too", () => {
    const identity = { name: "baseline-reconcile-1", uid: "u1", taskRun: "t1", inTekton: true, toolVersion };
    expect(runIdOf(identity)).toBe("baseline-reconcile-1");
  });

  test("differs between two containers, in which every process is the first", () => {
    const local = { name: "local-1", taskRun: "local-1", inTekton: false, toolVersion };
    expect(["a1", "b2"].map((uid) => runIdOf({ ...local, uid }))).toEqual(["local-1-a1", "local-1-b2"]);
  });
});
