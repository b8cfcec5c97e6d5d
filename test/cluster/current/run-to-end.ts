import { ToolError } from "../../../images/build/run-tool.ts";
import { fairleadNamespace } from "./install.ts";
import type { Kubectl } from "./kubectl.ts";
import type { OperationRun } from "./operation-run.ts";

/** How a run ended, by its condition. */
export interface RunEnd {
  readonly name: string;
  readonly succeeded: boolean;
  readonly reason: string;
  readonly message: string;
  readonly results: Readonly<Record<string, string>>;
}

interface RunStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly reason: string;
    readonly message: string;
  }[];
  readonly results?: readonly { readonly name: string; readonly value: string }[];
}

const inNamespace = ["--namespace", fairleadNamespace];

/** Creates the run. @returns its name */
export async function startRun(kubectl: Kubectl, run: OperationRun): Promise<string> {
  const created = await kubectl([...inNamespace, "create", "--output=name", "-f", "-"], JSON.stringify(run));
  return created.trim().replace(/^.*\//, "");
}

/** Waits within the limit; where it passes, the run's own condition says that it still runs. */
async function waitForEnd(kubectl: Kubectl, run: string, limit: string): Promise<void> {
  try {
    // A run is complete when Tekton has written the time; its condition is final then.
    await kubectl([...inNamespace, "wait", run, "--for=jsonpath={.status.completionTime}", `--timeout=${limit}`]);
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
  }
}

/** Follows a run until its condition says how it ended, or the limit passes. @throws ToolError when it cannot be read */
export async function untilEnded(kubectl: Kubectl, name: string, limit: string): Promise<RunEnd> {
  const run = `pipelineruns.tekton.dev/${name}`;
  await waitForEnd(kubectl, run, limit);
  const { status }: { readonly status: RunStatus } = JSON.parse(
    await kubectl([...inNamespace, "get", run, "--output=json"]),
  );
  const condition = status.conditions?.find((one) => one.type === "Succeeded");
  return {
    name,
    succeeded: condition?.status === "True",
    reason: condition?.reason ?? "Unknown",
    message: condition?.message ?? "the run has no condition",
    results: Object.fromEntries((status.results ?? []).map((result) => [result.name, result.value])),
  };
}
