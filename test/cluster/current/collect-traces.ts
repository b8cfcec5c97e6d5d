import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "../../../images/build/run-tool.ts";
import { fairleadNamespace } from "./install.ts";
import type { Kubectl } from "./kubectl.ts";

/** One that cannot be had must not hide the others. */
async function orReason(text: Promise<string>): Promise<string> {
  try {
    return await text;
  } catch (error) {
    if (error instanceof ToolError) return `${error.message}\n`;
    throw error;
  }
}

/**
 * Keeps what a run leaves behind in the cluster: run, TaskRuns, pods, their logs, and events.
 *
 * @returns the files
 */
export async function collectTraces(kubectl: Kubectl, run: string, folder: string): Promise<readonly string[]> {
  const get = (...args: readonly string[]): Promise<string> =>
    orReason(kubectl(["--namespace", fairleadNamespace, ...args]));
  const ofRun = ["--selector", `tekton.dev/pipelineRun=${run}`];
  const traces = {
    "run.yaml": get("get", "pipelineruns.tekton.dev", run, "--output=yaml"),
    "taskruns.yaml": get("get", "taskruns.tekton.dev", ...ofRun, "--output=yaml"),
    "pods.yaml": get("get", "pods", ...ofRun, "--output=yaml"),
    "pods.log": get("logs", ...ofRun, "--all-containers", "--prefix", "--tail=-1"),
    "events.txt": get("get", "events", "--sort-by=.lastTimestamp"),
  };
  await mkdir(folder, { recursive: true });
  const files = await Promise.all(
    Object.entries(traces).map(async ([name, text]) => {
      await writeFile(join(folder, name), await text);
      return join(folder, name);
    }),
  );
  return files;
}
