import { spawn } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Report } from "../../steps/lib/report/types.ts";
import type { TestApiServer } from "../support/api-servers.ts";
import { type HealthyPair, healthyPair } from "../support/hubs.ts";
import { type Bench, type Row, seconds } from "./row.ts";

const program = join(import.meta.dirname, "../../dist/fairlead");
/** Clusters, and the seconds that a switchover of them may take beside the hubs' own time. */
const sizes = [
  [10, 5],
  [1000, 10],
  [3000, 15],
] as const;
const requestBudget = 200;
/** Played operators do in a millisecond what real ones do in a second. */
const timeScale = 1000;
const milli = 1000;

/** No wait of the product's own making: what a real hub needs minutes for is there at once. */
const tuning = { collisionCheckAfter: 0, clusterInitialWait: 600, clusterWait: 600, schedulePerCluster: 0 };

/** Steps that wait for operators, Velero and clusters; what is left is ours. */
const hubSteps: ReadonlySet<string> = new Set([
  "pause_backup_schedule",
  "verify_passive_sync",
  "wait_restore_completion",
  "verify_clusters_connected",
  "enable_backup_schedule",
  "fix_backup_collision",
  "verify_new_backups",
  "verify_backup_integrity",
  "handle_old_hub",
]);

interface Ran {
  readonly totalMs: number;
  readonly hubsMs: number;
}

async function reportOf(folder: string): Promise<Report> {
  const [operation = ""] = await readdir(join(folder, "reports"));
  return JSON.parse(await readFile(join(folder, "reports", operation, "report.json"), "utf8"));
}

async function switchOver(pair: HealthyPair): Promise<Ran> {
  const folder = join(pair.folder, "state");
  await mkdir(folder);
  const hubs = [
    "--primary-kubeconfig",
    pair.primary.kubeconfig(),
    "--secondary-kubeconfig",
    pair.secondary.kubeconfig(),
  ];
  const args = ["switchover", "run", ...hubs, "--state-folder", folder, "--tuning", JSON.stringify(tuning)];
  const began = performance.now();
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const totalMs = performance.now() - began;
  if (code !== 0) throw new Error(`the switchover ended with ${code}: ${stderr.slice(-1500)}`);
  const { timeline } = await reportOf(folder);
  const hubsMs = timeline
    .filter(({ step }) => hubSteps.has(step))
    .reduce((total, { durationMs }) => total + durationMs, 0);
  return { totalMs, hubsMs };
}

/** Requests of the product but for one patch per cluster and what more pages of a list need. */
async function constantRequests(server: TestApiServer): Promise<number> {
  const events = (await server.auditEvents()).filter(({ userAgent = "" }) => userAgent.startsWith("fairlead/"));
  const counted = events.filter(
    ({ verb, requestURI = "" }) =>
      !(verb === "patch" && requestURI.includes("/managedclusters/")) && !requestURI.includes("continue="),
  );
  // A watch is in the log twice: when it begins and when it ends.
  return new Set(counted.map(({ auditID }) => auditID)).size;
}

async function measure(clusters: number, budget: number, log: (line: string) => void): Promise<readonly Row[]> {
  const pair = await healthyPair({ clusters, version: "2.16.1", timeScale });
  try {
    log(`${clusters} clusters are on the old hub`);
    const { totalMs, hubsMs } = await switchOver(pair);
    const requests = Math.max(await constantRequests(pair.primary), await constantRequests(pair.secondary));
    return [
      {
        what: `switchover of ${clusters} clusters, without the hubs' own time`,
        floor: seconds(hubsMs),
        measured: seconds(totalMs),
        value: (totalMs - hubsMs) / milli,
        budget,
        unit: "s",
      },
      {
        what: "  its requests to the busier hub, without patches and further pages",
        floor: "–",
        measured: `${requests} requests`,
        value: requests,
        budget: requestBudget,
        unit: "requests",
      },
    ];
  } finally {
    await pair.stop();
  }
}

/** What an operator waits for beside the hubs themselves. */
export const wholeRun: Bench = {
  name: "whole-run",
  summary: `a whole switchover of ${sizes.map(([clusters]) => clusters).join(", ")} clusters on hubs that answer at once; four minutes`,
  async run(log) {
    const rows: Row[] = [];
    for (const [clusters, budget] of sizes) rows.push(...(await measure(clusters, budget, log)));
    return rows;
  },
};
