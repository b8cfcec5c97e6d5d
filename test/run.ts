// Runs the test levels one after the other and sums them up. `node test/run.ts [level…]`
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { prepare } from "./support/prepare.ts";
import { programVariable } from "./support/program.ts";

const levels = ["unit", "contract", "conformance", "integration", "fault", "e2e"] as const;
type Level = (typeof levels)[number];

// Holds what the simulator plays against the real Velero, and for a quarter of an hour does little but wait for its queue;
// and builds Argo CD and promtool, where the cache lacks them.
const besideOthers: Level = "conformance";

// Their tests wait for half of their time, for played operators and for limits: as many more keep the processors busy.
const waiting: readonly Level[] = ["integration", "fault"];
// The API servers that one worker keeps ready, and itself.
const bytesOfWorker = 3 * 1024 ** 3;

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

function workersOf(level: Level): number {
  if (level === "e2e") return 1; // it shares one cluster and times real pods
  const wanted = availableParallelism() * (waiting.includes(level) ? 2 : 1);
  // 0 where no control group limits it.
  const memory = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(2, Math.min(wanted, Math.floor(memory / bytesOfWorker)));
}

interface Jest {
  readonly code: number;
  /** What people read of it; empty where it was shown at once. */
  readonly progress: string;
}

function runJest(level: Level, outputFile: string): Promise<Jest> {
  const args = [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    "node_modules/jest/bin/jest.js",
    "--selectProjects",
    level,
    "--json",
    `--outputFile=${outputFile}`,
    "--passWithNoTests",
    ...(workersOf(level) === 1 ? ["--runInBand"] : [`--maxWorkers=${workersOf(level)}`]),
  ];
  return new Promise((resolve, reject) => {
    // jest repeats its JSON on stdout when --json is given; the progress people read is on stderr.
    const shown = level === besideOthers ? "pipe" : "inherit";
    const env = { ...process.env, [programVariable]: join(import.meta.dirname, "../dist/fairlead") };
    const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", shown], env });
    let progress = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      progress += text;
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, progress }));
  });
}

async function runLevel(level: Level, folder: string): Promise<Totals> {
  const started = performance.now();
  const file = join(folder, `${level}.json`);
  const { code, progress } = await runJest(level, file);
  if (progress !== "") console.log(`\n== ${level} tests\n${progress}`);
  const totals = await readTotals(file, level);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`${level}: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped in ${seconds} s`);
  // A level that ended badly without a failed test (a worker that died, a teardown that threw) is a failure too.
  return code !== 0 && totals.failed === 0 ? { ...totals, failed: 1 } : totals;
}

async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-tests-"));
  const all: Totals[] = [];
  try {
    const wanted = chosenLevels(process.argv.slice(2));
    let beside: Promise<Totals> | undefined;
    for (const level of wanted) {
      console.log(`\n== ${level} tests${level === besideOthers ? ", beside the others" : ""}`);
      // The cluster of the current context is there already, with programs of its own.
      if (level !== "e2e" || process.env["CLUSTER"] !== "current") await prepare(level);
      if (level === besideOthers) beside = runLevel(level, folder);
      else all.push(await runLevel(level, folder));
    }
    if (beside !== undefined) all.push(await beside);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const sum = (key: keyof Totals): number => all.reduce((total, totals) => total + totals[key], 0);
  const [passed, failed] = [sum("passed"), sum("failed")];
  console.log(`\n${passed} passed, ${failed} failed, ${sum("skipped")} skipped`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

await main();
