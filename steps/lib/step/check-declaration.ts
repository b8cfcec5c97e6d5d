import { allParams, isStep } from "./common-params.ts";
import { enumValues, paramKind, viewSchema } from "./param-kind.ts";
import { permissionVerbs } from "./permission-verbs.ts";
import { maxResultBytes, maxTotalBytes } from "./result-writer.ts";
import type { AnyDeclaration, AnyStepDeclaration, Permission, ResultDeclaration } from "./types.ts";

const kebabCase = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const maxSummary = 80;
/** Room that every text for people gets at least; the rest of it is cut. */
const humanBytes = 64;
const plainBytes = 96;

/** The Tekton Hub knows these and no others. */
const hubCategories: ReadonlySet<string> = new Set([
  "Automation",
  "CLI",
  "Deployment",
  "Git",
  "Image Build",
  "Kubernetes",
  "Monitoring",
  "Openshift",
  "Security",
  "Storage",
  "Testing",
]);

const flagsOfEveryCommand = ["help", "version", "log-format"];
const flagsOfSteps = ["workspace", "results-dir"];

function* checkNames(what: string, names: readonly string[]): Iterable<string> {
  for (const name of names) if (!kebabCase.test(name)) yield `${what} "${name}" is not kebab-case`;
}

function* checkText(what: string, text: string | undefined): Iterable<string> {
  if (text === undefined || text.trim() === "") yield `${what} has no description`;
  else if (/[.,]$/.test(text)) yield `the description of ${what} ends with "${text.at(-1)}"`;
  else if (text.includes("\n")) yield `the description of ${what} has more than one line`;
}

function* checkHead(declaration: AnyDeclaration): Iterable<string> {
  yield* checkNames("name", [declaration.name, ...(declaration.area === undefined ? [] : [declaration.area])]);
  yield* checkText("the summary", declaration.summary);
  if (declaration.summary.length > maxSummary) yield `the summary has more than ${maxSummary} characters`;
  if (declaration.description.trim() === "") yield "the description is empty";
}

function* checkParams(declaration: AnyDeclaration): Iterable<string> {
  const entries = Object.entries(declaration.params);
  yield* checkNames(
    "param",
    entries.map(([name]) => name),
  );
  const reserved = [...flagsOfEveryCommand, ...(isStep(declaration) ? flagsOfSteps : [])];
  for (const [name, schema] of entries) {
    if (reserved.includes(name)) yield `param "${name}" has the name of a flag that every command has`;
    yield* checkText(`param "${name}"`, viewSchema(schema).description);
  }
  const lists = entries.filter(([, schema]) => paramKind(viewSchema(schema)) === "list");
  if (isStep(declaration) && lists.length > 1)
    yield `${lists.length} list params: a Task passes one at most, so mark the others json`;
  for (const name of Object.keys(declaration.example)) {
    if (!(name in allParams(declaration))) yield `the example gives "${name}", which is no param`;
  }
}

function* checkExitCodes(declaration: AnyDeclaration): Iterable<string> {
  const codes = declaration.exitCodes.map(({ code }) => code);
  const allowed = (code: number): boolean => (code >= 0 && code <= 99) || code === 130 || code === 143;
  for (const code of codes) if (!allowed(code)) yield `exit code ${code} belongs to container runtimes and shells`;
  if (new Set(codes).size !== codes.length) yield "an exit code is declared twice";
  if (!codes.includes(0)) yield "exit code 0 is not declared";
  if (Object.keys(declaration.params).length > 0 && !codes.includes(2))
    yield "exit code 2, invalid input, is not declared";
}

/** Bytes that a result may take at most, as far as its declaration tells. */
function resultBytes(result: ResultDeclaration): number {
  if (result.human === true) return result.linesBytes ?? humanBytes;
  return result.values === undefined ? plainBytes : Math.max(...result.values.map((value) => Buffer.byteLength(value)));
}

function* checkResults(step: AnyStepDeclaration): Iterable<string> {
  yield* checkNames("result", Object.keys(step.results));
  for (const [name, result] of Object.entries(step.results)) {
    yield* checkText(`result "${name}"`, result.description);
    if (Buffer.byteLength(result.neutral) > maxResultBytes) yield `the neutral value of result "${name}" is too long`;
    const { values } = result;
    if (result.linesBytes !== undefined && result.human !== true)
      yield `result "${name}" has lines and is not for people`;
    if (values !== undefined && !values.includes(result.neutral))
      yield `the neutral value of result "${name}" is none of its values`;
  }
  const total = Object.values(step.results).reduce((sum, result) => sum + resultBytes(result), 0);
  if (total > maxTotalBytes) yield `results may take ${total} bytes, a Task has ${maxTotalBytes}`;
}

function* checkWorkspaces(step: AnyStepDeclaration): Iterable<string> {
  yield* checkNames("workspace", Object.keys(step.workspaces));
  for (const [name, workspace] of Object.entries(step.workspaces)) {
    yield* checkText(`workspace "${name}"`, workspace.description);
    if (workspace.secret === true && workspace.readOnly !== true)
      yield `workspace "${name}" holds a secret and is not read-only`;
  }
}

function* checkPermission(permission: Permission): Iterable<string> {
  const what = `permission on ${permission.resource} of ${permission.target}`;
  if (permission.resource === "*" || permission.group === "*") yield `${what} is a wildcard`;
  if (permission.verbs.length === 0) yield `${what} has no verb`;
  for (const verb of permission.verbs)
    if (!permissionVerbs.includes(verb)) yield `${what} has the unknown verb "${verb}"`;
  yield* checkText(what, permission.reason);
}

function* checkStep(step: AnyStepDeclaration): Iterable<string> {
  yield* checkResults(step);
  yield* checkWorkspaces(step);
  for (const permission of step.permissions) yield* checkPermission(permission);
  for (const category of step.tekton.categories)
    if (!hubCategories.has(category)) yield `"${category}" is no Tekton Hub category`;
  if (step.tekton.categories.length === 0) yield "no Tekton Hub category";
  const deadlineCode = step.deadlineExitCode ?? 5;
  if (!step.exitCodes.some(({ code }) => code === deadlineCode))
    yield `exit code ${deadlineCode}, the deadline's, is not declared`;
}

function* checkCommand(declaration: AnyDeclaration): Iterable<string> {
  const positional = "positional" in declaration ? (declaration.positional ?? []) : [];
  const aliases = "aliases" in declaration ? Object.entries(declaration.aliases ?? {}) : [];
  for (const name of positional) if (!(name in declaration.params)) yield `positional "${name}" is no param`;
  for (const [letter, name] of aliases) {
    if (!/^[A-Za-z]$/.test(letter) || letter === "h") yield `alias "${letter}" is not a free letter`;
    if (!(name in declaration.params)) yield `alias "${letter}" stands for "${name}", which is no param`;
  }
}

/** A default that its own schema refuses would fail every run that does not set the param. */
function* checkDefaults(declaration: AnyDeclaration): Iterable<string> {
  for (const [name, schema] of Object.entries(declaration.params)) {
    const view = viewSchema(schema);
    const allowed = enumValues(view);
    if (view.default === undefined || allowed === undefined) continue;
    if (!allowed.includes(String(view.default))) yield `the default of param "${name}" is none of its values`;
  }
}

/**
 * What breaks the rules for declarations, in sentences; empty when all is well. A test runs it over the whole registry,
 * so that the program itself need not.
 */
export function checkDeclaration(declaration: AnyDeclaration): readonly string[] {
  return [
    ...checkHead(declaration),
    ...checkParams(declaration),
    ...checkDefaults(declaration),
    ...checkExitCodes(declaration),
    ...(isStep(declaration) ? checkStep(declaration) : checkCommand(declaration)),
  ];
}
