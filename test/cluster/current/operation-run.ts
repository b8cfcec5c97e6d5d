import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { bundleReference } from "../../../images/build/render.ts";
import { repositoryRoot } from "../../../images/build/repository-root.ts";
import { fairleadNamespace } from "./install.ts";
import type { Operation, OperationOptions } from "./options.ts";

interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** A sample run, with the fields that are read or changed here. */
export interface OperationRun {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: {
    readonly pipelineRef: object;
    readonly params: readonly NamedValue[];
    readonly timeouts: { readonly pipeline: string };
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** The samples that users copy are what runs here, so that they are proven too. */
const samples: Readonly<Record<Operation, { readonly file: string; readonly pipeline: string }>> = {
  validate: { file: "validate/run.yaml", pipeline: "switchover-validate" },
  "dry-run": { file: "switchover/run-dry-run.yaml", pipeline: "switchover" },
  switchover: { file: "switchover/run.yaml", pipeline: "switchover" },
};

function confirmed(params: readonly NamedValue[], id: string): readonly NamedValue[] {
  return params.map((param) => (param.name === "confirm-new-hub" ? { ...param, value: id } : param));
}

/** The run of an operation, its Pipeline taken from the bundle by digest. */
export async function operationRun(options: OperationOptions, pipelinesBundle: string): Promise<OperationRun> {
  const { file, pipeline } = samples[options.operation];
  const sample: OperationRun = parse(await readFile(join(repositoryRoot, "pipelines/switchover", file), "utf8"));
  const { params } = sample.spec;
  return {
    ...sample,
    metadata: { ...sample.metadata, namespace: fairleadNamespace },
    spec: {
      ...sample.spec,
      pipelineRef: bundleReference("pipeline", pipeline, pipelinesBundle),
      params: options.confirmNewHub === undefined ? params : confirmed(params, options.confirmNewHub),
    },
  };
}
