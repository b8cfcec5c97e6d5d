// The Tekton kinds that `fairlead trigger` reads and writes, reduced to the fields it uses (tekton.dev/v1, triggers.tekton.dev/v1beta1).
import type { KubeObject, Resource } from "../lib/kube/types.ts";

export interface Param {
  readonly name: string;
  readonly value: string | readonly string[] | Readonly<Record<string, string>>;
}

export interface WorkspaceBinding {
  readonly name: string;
  readonly [binding: string]: unknown;
}

export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason?: string;
  readonly message?: string;
}

export interface PipelineRun extends KubeObject {
  readonly spec: {
    readonly pipelineRef?: Readonly<Record<string, unknown>>;
    readonly params?: readonly Param[];
    readonly workspaces?: readonly WorkspaceBinding[];
    readonly timeouts?: Readonly<Record<string, string>>;
    readonly status?: string;
    readonly taskRunTemplate?: Readonly<Record<string, unknown>>;
  };
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly results?: readonly Param[];
    readonly skippedTasks?: readonly { readonly name: string; readonly reason?: string }[];
    readonly pipelineSpec?: PipelineSpec;
    /** The TaskRuns made so far; absent on a run that Tekton refused. */
    readonly childReferences?: readonly { readonly name: string }[];
  };
}

export interface PipelineSpec {
  readonly tasks?: readonly { readonly name: string }[];
  readonly finally?: readonly { readonly name: string }[];
}

export interface StepState {
  readonly name: string;
  readonly container: string;
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: { readonly exitCode: number; readonly reason?: string };
}

export interface TaskRun extends KubeObject {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly podName?: string;
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly steps?: readonly StepState[];
    readonly results?: readonly Param[];
  };
}

export interface TriggerTemplate extends KubeObject {
  readonly spec: {
    readonly params?: readonly { readonly name: string; readonly default?: string }[];
    readonly resourcetemplates?: readonly unknown[];
  };
}

export const pipelineRuns: Resource<PipelineRun> = {
  group: "tekton.dev",
  version: "v1",
  plural: "pipelineruns",
  kind: "PipelineRun",
  scope: "namespaced",
};

export const taskRuns: Resource<TaskRun> = {
  group: "tekton.dev",
  version: "v1",
  plural: "taskruns",
  kind: "TaskRun",
  scope: "namespaced",
};

export const triggerTemplates: Resource<TriggerTemplate> = {
  group: "triggers.tekton.dev",
  version: "v1beta1",
  plural: "triggertemplates",
  kind: "TriggerTemplate",
  scope: "namespaced",
};

/** Tekton sets this label on each TaskRun of a PipelineRun (Pipelines 0.59 and later). */
export const pipelineRunLabel = "tekton.dev/pipelineRun";
export const pipelineTaskLabel = "tekton.dev/pipelineTask";
/** The OpenShift console shows this annotation as "triggered by". */
export const startedByAnnotation = "pipeline.openshift.io/started-by";
