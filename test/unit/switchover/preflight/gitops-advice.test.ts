import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Logger } from "../../../../steps/lib/log/logger.ts";
import { tellGitopsAdvice } from "../../../../steps/switchover/preflight/gitops-advice.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-advice-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What is warned of where the report of the preflight is this text; `undefined`: there is none. */
async function told(text: string | undefined): Promise<readonly string[]> {
  const warnings: string[] = [];
  const log: Pick<Logger, "warn" | "debug"> = {
    warn: (message) => void warnings.push(message),
    debug: () => undefined,
  };
  const path = join(folder, text === undefined ? "none.json" : "preflight.json");
  if (text !== undefined) await writeFile(path, text);
  await tellGitopsAdvice(path, log as Logger); // the work asks for nothing else
  return warnings;
}

const check = (id: string, result: string) => ({ id, hub: "primary", result, message: `${id} ${result}` });

describe("what the last Task of a run repeats of GitOps", () => {
  test("is what the check gitops has found, and of no other check", async () => {
    const checks = [check("gitops", "failed"), check("gitops", "passed"), check("bsl", "failed")];
    expect(await told(JSON.stringify({ checks }))).toEqual(["GitOps on the primary hub: gitops failed"]);
  });

  test.each([
    ["no report", undefined],
    ["a report that was cut off", '{"checks":['],
    ["a report of something else", "{}"],
  ])("is nothing where there is %s", async (_what, text) => {
    expect(await told(text)).toEqual([]);
  });
});
