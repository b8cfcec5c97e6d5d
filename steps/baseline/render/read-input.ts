import { readdir, realpath } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { errorWords } from "../../lib/kube/error-words.ts";
import { readTextFile } from "../../lib/kube/read-text-file.ts";
import type { SchemaValidator } from "../../lib/schema/validator.ts";
import { baselineError } from "../baseline-error.ts";
import { isWithin } from "../checkout/is-within.ts";
import type { ContextDocument } from "../context/context-document.ts";
import { readCrdFile } from "../crds/crd-file.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { groupOf } from "../object/api-version.ts";
import { identityOf, type ManagedObject } from "../object/managed-object.ts";
import { readYamlObject } from "../template/read-yaml-object.ts";

const maxBytes = 10 * 1024 * 1024;

function invalid(parameter: string, path: string, why: string, fix: string) {
  return baselineError(
    "BASE-PAR-03",
    { what: `${parameter} ${path} cannot be used`, why, fix },
    baselineExit.invalidInput,
  );
}

/**
 * Where a file is that a parameter names. Links are followed before it is judged: with a folder of sources, which
 * anybody may have pushed, nothing outside of it is read.
 *
 * @param folder of the sources; absent for the current one, which does not confine
 */
async function pathOf(parameter: string, path: string, folder: string | undefined): Promise<string> {
  const found = resolve(folder ?? "", path);
  try {
    const real = await realpath(found);
    if (folder === undefined) return real;
    if (isWithin(await realpath(folder), real)) return real;
  } catch (error) {
    throw invalid(parameter, path, errorWords(error), "give the path of one that exists");
  }
  throw invalid(parameter, path, "it lies outside of the workspace source", "give a path within the workspace source");
}

async function textOf(parameter: string, path: string, folder: string | undefined): Promise<string> {
  const found = await pathOf(parameter, path, folder);
  try {
    return await readTextFile(found, maxBytes);
  } catch (error) {
    throw invalid(parameter, path, errorWords(error), "give a file that can be read");
  }
}

/** @throws FairleadError BASE-PAR-03 (exit 2) for anything but one HyperConverged */
export async function readHcoFile(path: string, folder: string | undefined): Promise<ManagedObject> {
  const read = readYamlObject(await textOf("hco-file", path, folder));
  const fix = "give the HyperConverged, for example of kubectl get hyperconverged -o yaml";
  if (read.state === "empty") throw invalid("hco-file", path, "it is empty", fix);
  if (read.state === "invalid") throw invalid("hco-file", path, read.reason, fix);
  const { kind, apiVersion, name } = identityOf(read.object);
  if (kind !== "HyperConverged" || groupOf(apiVersion) !== "hco.kubevirt.io") {
    const what = kind === "" ? "an object without a kind" : `a ${kind} of ${apiVersion}`;
    throw invalid("hco-file", path, `it holds ${what}, and no HyperConverged of hco.kubevirt.io`, fix);
  }
  if (name === "") throw invalid("hco-file", path, "it has no metadata.name", fix);
  return read.object as ManagedObject; // its identity is there
}

/** @param validate by `contextDocumentSchema`. @throws FairleadError BASE-PAR-03 (exit 2) */
export async function readContextFile(
  path: string,
  folder: string | undefined,
  validate: SchemaValidator,
): Promise<ContextDocument> {
  const text = await textOf("context-file", path, folder);
  const fix = "give the file context.json that inspect or reconcile left";
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalid("context-file", path, `it is not JSON: ${errorWords(error)}`, fix);
  }
  const [fault] = validate(document);
  if (fault === undefined) return document as ContextDocument; // the schema was checked
  throw invalid("context-file", path, `${fault.instancePath || "/"} ${fault.message ?? "is wrong"}`, fix);
}

/** Names of the CRDs of a folder and those below it. @throws FairleadError BASE-PAR-03 (exit 2) for a file that is none */
export async function readCrdFolder(path: string, folder: string | undefined): Promise<ReadonlySet<string>> {
  const root = await pathOf("crds", path, folder);
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    throw invalid("crds", path, errorWords(error), "give a folder of CRDs, a YAML file each");
  });
  const files = entries.filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name));
  const names = new Set<string>();
  for (const file of files.map((entry) => relative(root, join(entry.parentPath, entry.name))).toSorted()) {
    const read = readCrdFile(await textOf("crds", file, root));
    if (read.state === "invalid") {
      throw invalid("crds", join(path, file), read.faults.join("; "), "keep only CRDs in the folder, one a file");
    }
    names.add(`${read.facts.plural}.${read.facts.group}`);
  }
  return names;
}
