import { Document, isMap, isNode, isSeq, type Node, type YAMLMap } from "yaml";
import { allParams } from "../../steps/lib/step/common-params.ts";
import { paramVariable, resultVariable, workspaceVariable } from "../../steps/lib/step/environment-names.ts";
import type { AnyStepDeclaration, ResultDeclaration } from "../../steps/lib/step/types.ts";
import { taskParams } from "./task-param.ts";

/** Stands for the step image in all source manifests; rendering replaces it by a digest. */
export const imagePlaceholder = "fairlead.invalid/step:0.0.0";

const defaultMemoryMi = 320;
/** The rest of the limit is for what Node holds outside its heap: code, buffers of TLS and HTTP. */
const heapShare = 0.6;

/** `switchover-preflight`. */
export function taskName(step: AnyStepDeclaration): string {
  return `${step.area}-${step.name}`;
}

function metadata(step: AnyStepDeclaration, version: string): object {
  return {
    name: taskName(step),
    labels: {
      "app.kubernetes.io/version": version,
      "app.kubernetes.io/part-of": step.area,
      "app.kubernetes.io/component": step.name,
    },
    annotations: {
      "tekton.dev/pipelines.minVersion": "0.59.0",
      "tekton.dev/categories": step.tekton.categories.join(", "),
      "tekton.dev/tags": step.tekton.tags.join(", "),
      "tekton.dev/displayName": step.tekton.displayName,
      "tekton.dev/platforms": "linux/amd64,linux/arm64",
    },
  };
}

/** The words that callers branch on stand beside what they mean. */
export function resultDescription(result: ResultDeclaration): string {
  const words = result.values?.filter((value) => value !== "");
  return words === undefined ? result.description : `${result.description} (${words.join(", ")})`;
}

function environment(step: AnyStepDeclaration): readonly object[] {
  const texts = taskParams(allParams(step)).filter(({ type }) => type === "string");
  return [
    ...texts.map(({ name }) => ({ name: paramVariable(name), value: `$(params.${name})` })),
    ...Object.keys(step.results).map((name) => ({ name: resultVariable(name), value: `$(results.${name}.path)` })),
    ...Object.keys(step.workspaces).map((name) => ({
      name: workspaceVariable(name),
      value: `$(workspaces.${name}.path)`,
    })),
  ];
}

/** Small semi-spaces: garbage of large lists is collected early, so that memory does not grow with the fleet. */
function nodeOptions(memoryMi: number): string {
  return `--max-old-space-size=${Math.floor(memoryMi * heapShare)} --max-semi-space-size=2`;
}

function stepTemplate(memoryMi: number): object {
  return {
    env: [
      { name: "HOME", value: "/tekton/home" },
      { name: "TMPDIR", value: "/tekton/home" },
      { name: "NODE_OPTIONS", value: nodeOptions(memoryMi) },
      { name: "RUN_NAME", valueFrom: { fieldRef: { fieldPath: "metadata.labels['tekton.dev/pipelineRun']" } } },
      { name: "TASKRUN_NAME", value: "$(context.taskRun.name)" },
    ],
    securityContext: {
      runAsNonRoot: true,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    },
  };
}

function container(step: AnyStepDeclaration, memoryMi: number): object {
  const list = taskParams(allParams(step)).find(({ type }) => type === "array");
  const memory = `${memoryMi}Mi`;
  return {
    name: step.name,
    image: imagePlaceholder,
    command: ["fairlead", step.area, step.name],
    ...(list === undefined ? {} : { args: [`--${list.name}`, `$(params.${list.name}[*])`] }),
    env: environment(step),
    computeResources: { requests: { cpu: "50m", memory }, limits: { memory } },
  };
}

function task(step: AnyStepDeclaration, version: string): object {
  const memoryMi = step.memoryMi ?? defaultMemoryMi;
  const workspaces = Object.entries(step.workspaces).map(([name, { description, readOnly, optional }]) => ({
    name,
    description,
    ...(readOnly === true ? { readOnly } : {}),
    ...(optional === true ? { optional } : {}),
  }));
  const results = Object.entries(step.results).map(([name, result]) => ({
    name,
    type: "string",
    description: resultDescription(result),
  }));
  return {
    apiVersion: "tekton.dev/v1",
    kind: "Task",
    metadata: metadata(step, version),
    spec: {
      displayName: step.tekton.displayName,
      description: `${step.summary}\n\n${step.description.trim()}\n`,
      params: taskParams(allParams(step)).map(({ name, type, description, default: value }) => ({
        name,
        type,
        description,
        ...(value === undefined ? {} : { default: value }),
      })),
      ...(workspaces.length === 0 ? {} : { workspaces }),
      ...(results.length === 0 ? {} : { results }),
      stepTemplate: stepTemplate(memoryMi),
      steps: [container(step, memoryMi)],
    },
  };
}

/** Short records read best on one line. */
function inline(node: unknown): void {
  if (isMap(node) || isSeq(node)) node.flow = true;
}

function findVariable(list: unknown, name: string): Node | undefined {
  if (!isSeq(list)) return undefined;
  return list.items.filter((item) => isMap(item)).find((item) => item.get("name") === name);
}

function comment(node: unknown, text: string): void {
  if (isNode(node)) node.commentBefore = ` ${text}`;
}

function commentKey(map: unknown, key: string, text: string): void {
  if (!isMap(map)) return;
  const pair = (map as YAMLMap<Node, unknown>).items.find((item) => String(item.key) === key); // keys are made by createNode
  comment(pair?.key, text);
}

function annotate(document: Document): void {
  const shared = document.getIn(["spec", "stepTemplate", "env"]);
  comment(
    findVariable(shared, "HOME"),
    "An emptyDir that Tekton mounts in every step: writable for any user id, unlike the image",
  );
  comment(
    findVariable(shared, "RUN_NAME"),
    "Tekton leaves $(context.pipelineRun.name) as it is in a Task; empty when the TaskRun has no PipelineRun",
  );
  commentKey(
    document.getIn(["spec", "stepTemplate"]),
    "securityContext",
    "No user id: OpenShift gives each namespace a range of its own",
  );
  const step = ["spec", "steps", 0];
  commentKey(document.getIn(step), "image", "Replaced by tag and digest when the manifests are rendered");
  commentKey(
    document.getIn(step),
    "args",
    "A list cannot be an environment variable: it comes last, and all of it are elements",
  );
  commentKey(
    document.getIn([...step, "computeResources"]),
    "limits",
    "No CPU limit: throttling slows the start of Node most",
  );
}

function inlineRecords(document: Document): void {
  for (const path of [
    ["spec", "stepTemplate", "env"],
    ["spec", "steps", 0, "env"],
  ]) {
    const list = document.getIn(path);
    if (isSeq(list)) list.items.forEach(inline);
  }
  for (const key of ["capabilities", "seccompProfile"])
    inline(document.getIn(["spec", "stepTemplate", "securityContext", key]));
  for (const key of ["command", "args"]) inline(document.getIn(["spec", "steps", 0, key]));
  for (const key of ["requests", "limits"]) inline(document.getIn(["spec", "steps", 0, "computeResources", key]));
}

/**
 * The Task of a step as a plain YAML document, complete and uniform, without templates.
 *
 * @param source path of the declaration, named in the head comment
 */
export function taskYaml(step: AnyStepDeclaration, version: string, source: string): string {
  const document = new Document(task(step, version));
  document.commentBefore = ` Generated by \`npm run generate\` from ${source}: change the declaration there, not this file.`;
  inlineRecords(document);
  annotate(document);
  return document.toString({ lineWidth: 140, flowCollectionPadding: false });
}
