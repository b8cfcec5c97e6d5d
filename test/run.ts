// Runs the test levels one after the other and sums them up. `node test/run.ts [level…]`
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepare } from "./support/prepare.ts";

const levels = ["unit", "contract", "integration", "fault", "e2e"] as const;
type Level = (typeof levels)[number];

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

function isLevel(text: string): text is Level {
  return (levels as readonly string[]).includes(text);
}

function chosenLevels(args: readonly string[]): readonly Level[] {
  const unknown = args.filter((arg) => !isLevel(arg));
  if (unknown.length > 0) {
    throw new Error(`unknown test level ${unknown.join(", ")}; levels are ${levels.join(", ")}`);
  }
  return args.length === 0 ? levels : args.filter(isLevel);
}

function count(results: Readonly<Record<string, unknown>>, key: string): number {
  const value = results[key];
  return typeof value === "number" ? value : 0;
}

async function readTotals(file: string, level: Level): Promise<Totals> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    console.error(`${level}: jest wrote no result`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // jest's own result file; each field is read through `count`.
  const results = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return {
    passed: count(results, "numPassedTests"),
    failed: count(results, "numFailedTests") + count(results, "numRuntimeErrorTestSuites"),
    skipped: count(results, "numPendingTests") + count(results, "numTodoTests"),
  };
}

function runJest(level: Level, outputFile: string): Promise<number> {
  const args = [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "node_modules/jest/bin/jest.js",
    "--selectProjects",
    level,
    "--json",
    `--outputFile=${outputFile}`,
    "--passWithNoTests",
    // e2e shares one cluster and times real pods: one file at a time.
    ...(level === "e2e" ? ["--runInBand"] : ["--maxWorkers=2"]),
  ];
  return new Promise((resolve, reject) => {
    // jest repeats its JSON on stdout when --json is given; the progress people read is on stderr.
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}

async function runLevel(level: Level, folder: string): Promise<Totals> {
  const started = performance.now();
  console.log(`\n== ${level} tests`);
  // The cluster of the current context is there already, with programs of its own.
  if (level !== "e2e" || process.env["CLUSTER"] !== "current") await prepare(level);
  const file = join(folder, `${level}.json`);
  const code = await runJest(level, file);
  const totals = await readTotals(file, level);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${level}: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped in ${seconds} s`);
  // A level that ended badly without a failed test (a worker that died, a teardown that threw) is a failure too.
  return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-tests-"));
  let sum: Totals = { passed: 0, failed: 0, skipped: 0 };
  try {
    for (const level of chosenLevels(process.argv.slice(2))) {
      const totals = await runLevel(level, folder);
      sum = {
        passed: sum.passed + totals.passed,
        failed: sum.failed + totals.failed,
        skipped: sum.skipped + totals.skipped,
      };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  console.log(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

await main();
