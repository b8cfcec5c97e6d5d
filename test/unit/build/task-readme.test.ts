import { describe, expect, test } from "@jest/globals";
import { taskReadme } from "../../../images/build/task-readme.ts";
import { sampleStep } from "../lib/step/sample-step.ts";

const readme = taskReadme(sampleStep, "steps/fleet/count-clusters.ts");

describe("the generated README of a Task", () => {
  test.each([
    ["| `hub-context` | string | Context of the hub | required |"],
    ['| `dry-run` | string | Show what would be done (true, false) | `"false"` |'],
    ["| `kubeconfig` | Secret with the key kubeconfig | read-only, Secret |"],
    ['| `outcome` | What came out (counted, failed) | `"failed"` |'],
    ["| 5 | the deadline passed |"],
    ["| hub | `managedclusters.cluster.open-cluster-management.io` | list | cluster | the clusters to count |"],
    ["  -w name=kubeconfig,secret=kubeconfig \\"],
    ["fairlead fleet count-clusters --hub-context old-hub --tuning '{\"wait\":5}' --workspace output=./output"],
  ])("has the line %j", (line) => {
    expect(readme).toContain(line);
  });

  test("says so where there is nothing", () => {
    expect(taskReadme({ ...sampleStep, permissions: [] }, "x")).toContain("## Permissions\n\nNone.");
  });

  test("keeps a table a table when a text contains its separator", () => {
    const results = { outcome: { description: "a | b", neutral: "" } };
    expect(taskReadme({ ...sampleStep, results }, "x")).toContain("| `outcome` | a \\| b |");
  });
});
