import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import {
  type Param,
  type PipelineRun,
  startedByAnnotation,
  type TriggerTemplate,
  type WorkspaceBinding,
} from "./tekton.ts";

export interface RunRequest {
  readonly namespace: string;
  /** Exact name of the run: a second start with the same name finds the first. Otherwise the server completes `generateName`. */
  readonly runName?: string;
  readonly startedBy: string;
  readonly params: readonly Param[];
  readonly workspaces: readonly WorkspaceBinding[];
}

export interface PipelineRequest extends RunRequest {
  readonly pipeline: string;
  readonly serviceAccount?: string;
}

function named(run: PipelineRun, request: RunRequest, prefix: string): PipelineRun {
  const { name, generateName, ...metadata } = run.metadata;
  const wanted = request.runName ?? name;
  const identity = wanted === "" ? { generateName: generateName ?? `${prefix}-` } : { name: wanted };
  return {
    ...run,
    // A PipelineRun with generateName has no name until the server answers; ObjectMeta of an answer always has one.
    metadata: {
      ...metadata,
      ...identity,
      namespace: request.namespace,
      annotations: { ...metadata.annotations, [startedByAnnotation]: request.startedBy },
    } as PipelineRun["metadata"],
  };
}

/** A PipelineRun of an installed Pipeline. Pure. */
export function renderPipelineRun(request: PipelineRequest): PipelineRun {
  const run: PipelineRun = {
    apiVersion: "tekton.dev/v1",
    kind: "PipelineRun",
    metadata: {
      name: "",
      labels: { "app.kubernetes.io/part-of": "fairlead", "app.kubernetes.io/managed-by": "fairlead-trigger" },
    },
    spec: {
      pipelineRef: { name: request.pipeline },
      params: request.params,
      workspaces: request.workspaces,
      ...(request.serviceAccount === undefined
        ? {}
        : { taskRunTemplate: { serviceAccountName: request.serviceAccount } }),
    },
  };
  return named(run, request, request.pipeline);
}

function templateError(template: TriggerTemplate, what: string, fix: string): FairleadError {
  const name = `TriggerTemplate ${template.metadata.namespace ?? ""}/${template.metadata.name}`;
  return new FairleadError(
    { id: "TRIG-02", what: `${name} ${what}`, why: "a run is rendered from the template's own parameters", fix },
    { exitCode: exitCode.invalidInput },
  );
}

function templateValues(template: TriggerTemplate, params: readonly Param[]): ReadonlyMap<string, string> {
  const declared = template.spec.params ?? [];
  const given = new Map(params.map((param) => [param.name, String(param.value)]));
  const unknown = [...given.keys()].filter((name) => !declared.some((param) => param.name === name));
  if (unknown.length > 0) {
    throw templateError(
      template,
      `has no parameter "${unknown.join('", "')}"`,
      `use one of: ${declared.map((param) => param.name).join(", ")}`,
    );
  }
  const values = new Map<string, string>();
  for (const param of declared) {
    const value = given.get(param.name) ?? param.default;
    if (value === undefined) {
      throw templateError(template, `needs the parameter "${param.name}"`, `add --param ${param.name}=…`);
    }
    values.set(param.name, value);
  }
  return values;
}

function substitute(node: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof node === "string") {
    // One pass over each string of the parsed tree: a value can neither leave its string nor be substituted again.
    return node.replace(/\$\(tt\.params\.([-_a-zA-Z0-9]+)\)/g, (whole, name: string) => values.get(name) ?? whole);
  }
  if (Array.isArray(node)) {
    return node.map((item) => substitute(item, values));
  }
  if (typeof node === "object" && node !== null) {
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, substitute(value, values)]));
  }
  return node;
}

/**
 * The PipelineRun that an EventListener would create from this template, so that a schedule and a manual POST start
 * the very same run. Pure.
 *
 * @throws FairleadError TRIG-02 for an unknown or missing parameter, or a template without exactly one PipelineRun
 */
export function renderFromTemplate(template: TriggerTemplate, request: RunRequest): PipelineRun {
  const rendered = (template.spec.resourcetemplates ?? []).map((item) =>
    substitute(item, templateValues(template, request.params)),
  );
  const [run, ...others] = rendered;
  if (run === undefined || others.length > 0 || (run as PipelineRun).kind !== "PipelineRun") {
    throw templateError(template, "does not hold exactly one PipelineRun", "name a template of this bundle");
  }
  // The kind was checked above; the API server validates the rest when the run is created.
  const pipelineRun = run as PipelineRun;
  const extra = request.workspaces.filter(
    (given) => !pipelineRun.spec.workspaces?.some((own) => own.name === given.name),
  );
  return named(
    { ...pipelineRun, spec: { ...pipelineRun.spec, workspaces: [...(pipelineRun.spec.workspaces ?? []), ...extra] } },
    request,
    template.metadata.name,
  );
}
