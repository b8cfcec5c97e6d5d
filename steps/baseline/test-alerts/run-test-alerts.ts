import { copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorCode } from "../../lib/errors/error-code.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import { baselineError } from "../baseline-error.ts";
import { loadCheckout } from "../checkout/load-checkout.ts";
import { baselineExit } from "../failure/exit-code.ts";
import type { testAlertsParams } from "../test-alerts.ts";
import { type PromtoolEnding, runPromtool } from "./promtool.ts";
import { type RuleFile, ruleFiles } from "./rule-files.ts";

function noTests(folder: string, why: string) {
  return baselineError(
    "BASE-ALR-02",
    {
      what: `there are no unit tests of alerts in ${folder}`,
      why,
      fix: "give the folder of the repository with --folder, and that of the tests below it with --tests",
    },
    baselineExit.invalidInput,
  );
}

/** A run without tests would pass. @throws FairleadError BASE-ALR-02 (exit 2) */
async function testFiles(folder: string): Promise<readonly string[]> {
  try {
    const files = (await readdir(folder)).filter((name) => name.endsWith(".yaml")).toSorted();
    if (files.length > 0) return files;
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    throw noTests(folder, code === "ENOENT" ? "there is no such folder" : code);
  }
  throw noTests(folder, "no file there ends in .yaml");
}

/** Rule files lie where the tests look for them: beside them. */
async function layOut(from: string, tests: readonly string[], rules: readonly RuleFile[], to: string): Promise<void> {
  for (const name of tests) await copyFile(join(from, name), join(to, name));
  for (const { name, text } of rules) await writeFile(join(to, name), text);
}

function judge({ code, output }: PromtoolEnding, count: number): void {
  if (code === 0) return;
  const last = output.trim().split("\n").slice(-3).join("; ").slice(0, 500);
  if (code === null) {
    throw baselineError("BASE-ALR-03", {
      what: "promtool was ended from outside",
      why: last === "" ? "a signal ended it" : last,
      fix: "run it again with more memory or time",
    });
  }
  throw baselineError(
    "BASE-ALR-04",
    {
      what: `the unit tests of the alerts fail (${count} files)`,
      why: `promtool ended with code ${code}${last === "" ? "" : `: ${last}`}`,
      fix: "see above which alert fires when; correct the rule, or the test where the rule is meant so",
    },
    baselineExit.different,
  );
}

/** @throws FairleadError BASE-ALR-01 (exit 5), BASE-ALR-02 (exit 2), BASE-ALR-03 (exit 1), BASE-ALR-04 (exit 4) */
export async function runTestAlerts(context: CommandContext<typeof testAlertsParams>): Promise<void> {
  const { params, print, setting, signal, summarize, onExit } = context;
  const from = join(params.folder, params.tests);
  const tests = await testFiles(from);
  const rules = ruleFiles(await loadCheckout(params.folder));
  const folder = await mkdtemp(join(tmpdir(), "fairlead-alerts-"));
  onExit(() => rm(folder, { recursive: true, force: true }));
  await layOut(from, tests, rules, folder);
  const ending = await runPromtool({ folder, tests, searchPath: setting("PATH") ?? "", signal });
  print(ending.output);
  judge(ending, tests.length);
  summarize({ what: `promtool passed the unit tests of ${rules.length} PrometheusRules (${tests.length} files)` });
}
