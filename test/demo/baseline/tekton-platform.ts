import { join } from "node:path";
import type { LocalCluster } from "../../cluster/local/cluster.ts";
import { fairleadNamespace } from "../../support/stage.ts";
import { copyOutput } from "../show-hubs.ts";
import { type DemoPlatform, type Operation, preparePlatform, watched } from "./platform.ts";

const root = join(import.meta.dirname, "../../..");
const claim = "baseline-demo";

function pipelineRun(name: string, operation: Operation, params: Readonly<Record<string, string>>): object {
  return {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: { name, namespace: fairleadNamespace },
    spec: {
      pipelineRef: { name: `baseline-${operation}` },
      taskRunTemplate: { serviceAccountName: "baseline-runner" },
      params: Object.entries(params).map(([param, value]) => ({ name: param, value })),
      workspaces: [{ name: "data", persistentVolumeClaim: { claimName: claim } }],
    },
  };
}

async function prepare(cluster: LocalCluster): Promise<void> {
  await preparePlatform(cluster);
  await cluster.kubectl(["apply", "--server-side", "-k", join(root, "rbac/baseline")]);
  // The demo starts each run itself.
  const suspended = '{"spec":{"suspend":true}}';
  await cluster.kubectl(["patch", "cronjob", "baseline-reconcile", "-n", fairleadNamespace, "-p", suspended]);
  const volume = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: claim, namespace: fairleadNamespace },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  await cluster.kubectl(["create", "-f", "-"], JSON.stringify(volume));
}

/**
 * The local cluster as the platform: its Pipelines keep the cluster that they run on, with the rights of rbac/baseline.
 *
 * @param cluster in which the area is installed
 * @param folder for what the runs leave
 */
export async function tektonPlatform(cluster: LocalCluster, folder: string): Promise<DemoPlatform> {
  await prepare(cluster);
  let runs = 0;
  return {
    kubectl: (args, input) => cluster.kubectl(args, input),
    kubeconfig: () => cluster.kubeconfig(),
    async run(operation, params) {
      runs += 1;
      const name = `${operation}-demo-${String(runs).padStart(2, "0")}`;
      const given = operation === "reconcile" ? { "dry-run": "false", ...params } : params;
      await cluster.kubectl(["create", "-f", "-"], JSON.stringify(pipelineRun(name, operation, given)));
      const place = ["--namespace", fairleadNamespace, "--kubeconfig", cluster.kubeconfig()];
      const exitCode = await watched(["trigger", "--pipeline", `baseline-${operation}`, "--run-name", name, ...place]);
      const output = join(folder, `${String(runs).padStart(2, "0")}-${operation}`);
      await copyOutput(cluster, { claim, name, target: output });
      return { exitCode, folder: output };
    },
  };
}
