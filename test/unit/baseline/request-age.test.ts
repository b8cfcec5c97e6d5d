import { describe, expect, test } from "@jest/globals";
import { inspect } from "../../../steps/baseline/inspect.ts";
import { reconcile } from "../../../steps/baseline/reconcile.ts";
import { render } from "../../../steps/baseline/render.ts";
import { resume } from "../../../steps/baseline/resume.ts";
import type { AnyDeclaration } from "../../../steps/lib/step/types.ts";
import { runCommand } from "./support/run-command.ts";

const anHourAgo = new Date(Date.now() - 3_600_000).toISOString();
const operations: readonly (readonly [string, AnyDeclaration, readonly string[]])[] = [
  ["inspect", inspect, ["--workspace", "output=."]],
  ["reconcile", reconcile, []],
  ["render", render, []],
  ["resume", resume, ["--resource", "all"]],
];

describe.each(operations)("%s by a request", (_name, declaration, flags) => {
  test("of an hour ago is refused before any cluster is asked", async () => {
    const ended = await runCommand(declaration, [...flags, "--issued-at", anHourAgo], { KUBECONFIG: "/nowhere" });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("ERROR BASE-REQ-01");
    expect(ended.stderr).toContain("s from now, more than 300 s");
  });

  test("of this moment is not", async () => {
    const flagsNow = [...flags, "--issued-at", new Date().toISOString()];
    const { stderr } = await runCommand(declaration, flagsNow, { KUBECONFIG: "/nowhere" });
    expect(stderr).toContain("ERROR ");
    expect(stderr).not.toContain("BASE-REQ-01");
  });
});
