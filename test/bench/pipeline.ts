import { down, type LocalCluster, up } from "../cluster/local/cluster.ts";
import { ensurePrograms } from "../cluster/programs/ensure-programs.ts";
import { fairleadNamespace, handOver, type Installation, installFairlead, stageHubs } from "../support/stage.ts";
import { compare, takeTurns } from "./paired.ts";
import { type Bench, ratioRow } from "./row.ts";

const clusterName = "bench";
const rounds = 3;
const budget = 1.25;
const taskNames = ["preflight", "primary-prep", "activate", "post-activate", "finalize"];

const workspaces = [
  { name: "data", persistentVolumeClaim: { claimName: "switchover-data" } },
  { name: "primary-kubeconfig", secret: { secretName: "switchover-primary-kubeconfig" } },
  { name: "secondary-kubeconfig", secret: { secretName: "switchover-secondary-kubeconfig" } },
];

/**
 * The same number of Tasks one after the other on the same claim, and one in finally; each starts Node and ends. What
 * they take is the platform's own.
 */
function floorRun({ image }: Installation, name: string): unknown {
  const taskSpec = {
    workspaces: [{ name: "data" }],
    steps: [{ name: "node", image, command: ["/usr/bin/node", "-e", "0"] }],
  };
  const task = (taskName: string, index: number): unknown => ({
    name: taskName,
    taskSpec,
    workspaces: [{ name: "data", workspace: "data" }],
    ...(index === 0 ? {} : { runAfter: [taskNames[index - 1]] }),
  });
  return pipelineRun(name, {
    pipelineSpec: {
      workspaces: [{ name: "data" }],
      tasks: taskNames.map(task),
      finally: [{ name: "report", taskSpec, workspaces: [{ name: "data", workspace: "data" }] }],
    },
    workspaces: workspaces.slice(0, 1),
  });
}

/** Every Task of a switchover does all but the writes and the waits for their effect: the target's own time is out. */
function dryRun(name: string): unknown {
  return pipelineRun(name, {
    pipelineRef: { name: "switchover" },
    params: [{ name: "dry-run", value: "true" }],
    workspaces,
  });
}

function pipelineRun(name: string, spec: Readonly<Record<string, unknown>>): unknown {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, namespace: fairleadNamespace },
    spec: { taskRunTemplate: { serviceAccountName: "switchover-runner" }, ...spec },
  };
}

/** Milliseconds from start to completion, as the controller records them. */
async function timed(cluster: LocalCluster, name: string, run: unknown): Promise<number> {
  const of = ["-n", fairleadNamespace, `pipelinerun/${name}`];
  await cluster.kubectl(["create", "-f", "-"], JSON.stringify(run));
  await cluster.kubectl(["wait", "--for=jsonpath={.status.completionTime}", "--timeout=300s", ...of]);
  const { status } = JSON.parse(await cluster.kubectl(["get", ...of, "-o", "json"]));
  const [condition] = status.conditions;
  if (condition.status !== "True") throw new Error(`PipelineRun ${name} failed: ${condition.message}`);
  return Date.parse(status.completionTime) - Date.parse(status.startTime);
}

/** What our steps add to what Tekton takes for as many Tasks that do nothing. */
export const pipeline: Bench = {
  name: "pipeline",
  summary: "a whole Pipeline against Tasks that only start Node; five minutes, needs root",
  async run(log) {
    await ensurePrograms(["tkn"], { log });
    const cluster = await up({ name: clusterName, log });
    try {
      const installation = await installFairlead(cluster);
      const hubs = await stageHubs(cluster, { imported: 9, hive: 3 }, log);
      await handOver(cluster, hubs);
      // The first pair pulls the image and binds the claim.
      const times = await takeTurns(
        {
          floor: (round) => timed(cluster, `floor-${round}`, floorRun(installation, `floor-${round}`)),
          ours: (round) => timed(cluster, `ours-${round}`, dryRun(`ours-${round}`)),
        },
        rounds,
      );
      await hubs.stop();
      return [ratioRow("Pipeline switchover (dry run), six Tasks", compare(times.ours, times.floor), budget)];
    } finally {
      await down(clusterName);
    }
  },
};
