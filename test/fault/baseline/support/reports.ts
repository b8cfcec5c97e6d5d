import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunSummary } from "../../../../steps/baseline/report/run-summary.ts";
import type { ProxiedBaseline } from "./proxied-baseline.ts";

/** What the last run says. @throws Error where it left no report */
export async function lastSummary({ lastOutput }: ProxiedBaseline): Promise<RunSummary> {
  return JSON.parse(await readFile(join(lastOutput, "report.json"), "utf8"));
}

/** What the last run says of one asset. @throws Error where it says nothing */
export async function lastOf(platform: ProxiedBaseline, asset: string): Promise<RunSummary["assets"][number]> {
  const found = (await lastSummary(platform)).assets.find((one) => one.asset === asset);
  if (found === undefined) throw new Error(`the run says nothing of ${asset}`);
  return found;
}
