import { spawn } from "node:child_process";
import { join } from "node:path";
import type { LocalCluster } from "../cluster/local/cluster.ts";
import { fairleadNamespace, type Installation, stageTuning } from "../support/stage.ts";

const program = join(import.meta.dirname, "../../steps/cli.ts");

export const tuning = stageTuning(process.env);

export type DemoPipeline = "switchover" | "switchover-rollback";

export interface RunOptions {
  readonly pipeline: DemoPipeline;
  /** The old hub is down; whoever says so repeats the new hub's cluster id. */
  readonly lostPrimary?: { readonly acknowledgedBy: string };
}

/** A run of a Pipeline from the bundle by digest, for real. */
export function pipelineRun(installation: Installation, name: string, { pipeline, lostPrimary }: RunOptions): unknown {
  const params = [
    { name: "bundle", value: installation.pipelines },
    { name: "name", value: pipeline },
    { name: "kind", value: "pipeline" },
  ];
  const secret = (hub: string) => ({
    name: `${hub}-kubeconfig`,
    secret: { secretName: `switchover-${hub}-kubeconfig` },
  });
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, namespace: fairleadNamespace },
    spec: {
      pipelineRef: { resolver: "bundles", params },
      taskRunTemplate: { serviceAccountName: "switchover-runner" },
      timeouts: { pipeline: "8h45m0s", tasks: "8h15m0s", finally: "10m0s" },
      params: [
        { name: "dry-run", value: "false" },
        { name: "tuning", value: JSON.stringify(tuning) },
        ...(lostPrimary === undefined ? [] : withoutPrimary(lostPrimary.acknowledgedBy)),
      ],
      workspaces: [
        { name: "data", persistentVolumeClaim: { claimName: "switchover-data" } },
        ...(lostPrimary === undefined ? [secret("primary")] : []),
        secret("secondary"),
      ],
    },
  };
}

function withoutPrimary(newHubId: string) {
  return [
    { name: "primary-unreachable", value: "true" },
    { name: "acknowledge-primary-down", value: newHubId },
    { name: "old-hub-action", value: "none" },
    // What the old hub knew of its fleet is not there to be compared with.
    { name: "min-managed-clusters", value: "1" },
  ];
}

/** `fairlead trigger` on the run, as a user would follow it; the exit code is the run's. */
export function follow(cluster: LocalCluster, pipeline: DemoPipeline, name: string): Promise<number> {
  const args = [
    "trigger",
    "--pipeline",
    pipeline,
    "--run-name",
    name,
    "--namespace",
    fairleadNamespace,
    "--kubeconfig",
    cluster.kubeconfig(),
  ];
  const child = spawn(process.execPath, [program, ...args], { stdio: "inherit" });
  return new Promise((resolve) => child.once("close", (code) => resolve(code ?? 1)));
}
