// make bench: the budgets as ratios in one run. node test/bench/bench.ts [name…]
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { baseline } from "./baseline.ts";
import { bulk } from "./bulk.ts";
import { memory } from "./memory.ts";
import { pipeline } from "./pipeline.ts";
import { preflight } from "./preflight.ts";
import { reaction } from "./reaction.ts";
import { rebuild } from "./rebuild.ts";
import { type Bench, type Row, renderRows } from "./row.ts";
import { start } from "./start.ts";
import { wholeRun } from "./whole-run.ts";

const benches: readonly Bench[] = [start, rebuild, reaction, preflight, memory, bulk, wholeRun, baseline, pipeline];

function log(line: string): void {
  console.log(`   ${line}`);
}

/** A budget that is missed is a result; a measurement that fails is none, and the others go on. */
async function measure(bench: Bench): Promise<readonly Row[]> {
  console.log(`== ${bench.name}: ${bench.summary}`);
  try {
    return await bench.run(log);
  } catch (error) {
    console.error(`${bench.name} could not be measured:`, error);
    process.exitCode = 1;
    return [];
  }
}

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !benches.some((bench) => bench.name === name));
  if (unknown.length > 0) {
    console.error(`there is no bench ${unknown.join(", ")}; there are:`);
    for (const { name, summary } of benches) console.error(`  ${name.padEnd(12)}${summary}`);
    process.exitCode = 2;
    return;
  }
  await promisify(execFile)(process.execPath, ["images/build/build.ts"]);
  const rows: Row[] = [];
  for (const bench of benches.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
    rows.push(...(await measure(bench)));
  }
  console.log(`\n${renderRows(rows)}`);
  console.log("\nA ratio is the median over turns of both works: on a busy machine not that of the medians beside it.");
}

await main(process.argv.slice(2));
