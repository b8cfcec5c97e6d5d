import { dirname } from "node:path";
import { parse } from "yaml";
import { isFields } from "../schema/is-fields.ts";
import { errorWords } from "./error-words.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import { readTextFile } from "./read-text-file.ts";

/** A named cluster, user or context, and the folder that its relative paths start from. */
export interface KubeconfigEntry {
  readonly name: string;
  readonly content: Readonly<Record<string, unknown>>;
  readonly folder: string;
}

/** One or several kubeconfig files as one. Content is as written: nothing but its outer shape is checked. */
export interface Kubeconfig {
  /** For messages: the files that were read. */
  readonly label: string;
  readonly currentContext: string | undefined;
  readonly contexts: readonly KubeconfigEntry[];
  readonly clusters: readonly KubeconfigEntry[];
  readonly users: readonly KubeconfigEntry[];
}

async function readText(file: string, limit: number): Promise<string> {
  try {
    return await readTextFile(file, limit);
  } catch (error) {
    const why = errorWords(error);
    const fix = "check the path, or that the Secret is mounted and has the key kubeconfig";
    throw kubeconfigError("KUBE-20", file, { what: "cannot be read", why, fix }, error);
  }
}

/** The parser's own words quote the lines around a fault, which may hold a token: only the place is told. */
function placeOf(error: unknown): string {
  const place: unknown = isFields(error) ? error["linePos"] : undefined;
  const first: unknown = Array.isArray(place) ? place[0] : undefined;
  return isFields(first) ? `line ${String(first["line"])}, column ${String(first["col"])}` : "at an unknown place";
}

/** Parsed kubeconfig text. @throws FairleadError KUBE-20 (no YAML), KUBE-21 (something else) */
export function parseKubeconfig(file: string, text: string): Kubeconfig {
  let document: unknown;
  try {
    // JSON is YAML, and many times faster to read.
    document = text.trimStart().startsWith("{") ? JSON.parse(text) : parse(text, { maxAliasCount: 100 });
  } catch (error) {
    // The cause is left out on purpose, see `placeOf`.
    throw kubeconfigError("KUBE-20", file, {
      what: "cannot be read",
      why: `it is no YAML (${placeOf(error)})`,
      fix: "write the kubeconfig anew, for example with kubectl config view --raw --flatten",
    });
  }
  if (!isFields(document) || !Array.isArray(document["clusters"])) {
    throw kubeconfigError("KUBE-21", file, {
      what: "is no kubeconfig",
      why: "it holds no list of clusters",
      fix: "check that the Secret or file holds the kubeconfig of the hub under the key kubeconfig",
    });
  }
  const current = document["current-context"];
  const entries = (list: string, field: string): readonly KubeconfigEntry[] =>
    entriesOf(document[list], field, dirname(file));
  return {
    label: file,
    currentContext: typeof current === "string" && current !== "" ? current : undefined,
    contexts: entries("contexts", "context"),
    clusters: entries("clusters", "cluster"),
    users: entries("users", "user"),
  };
}

function entriesOf(list: unknown, field: string, folder: string): readonly KubeconfigEntry[] {
  if (!Array.isArray(list)) {
    return [];
  }
  return list.flatMap((item: unknown): readonly KubeconfigEntry[] => {
    if (!isFields(item) || typeof item["name"] !== "string") {
      return [];
    }
    const content = item[field];
    return [{ name: item["name"], content: isFields(content) ? content : {}, folder }];
  });
}

/** @param limit bytes, 0 or less for any size. @throws FairleadError KUBE-20, KUBE-21 */
export async function readKubeconfig(file: string, limit: number): Promise<Kubeconfig> {
  return parseKubeconfig(file, await readText(file, limit));
}

/** As `kubectl` merges files: the first that names a cluster, user or context wins, and the first current context. Pure. */
export function mergeKubeconfigs(first: Kubeconfig, others: readonly Kubeconfig[]): Kubeconfig {
  return others.reduce(merge, first);
}

function merge(first: Kubeconfig, second: Kubeconfig): Kubeconfig {
  const both = (left: readonly KubeconfigEntry[], right: readonly KubeconfigEntry[]): readonly KubeconfigEntry[] => [
    ...left,
    ...right.filter((entry) => !left.some(({ name }) => name === entry.name)),
  ];
  return {
    label: `${first.label}:${second.label}`,
    currentContext: first.currentContext ?? second.currentContext,
    contexts: both(first.contexts, second.contexts),
    clusters: both(first.clusters, second.clusters),
    users: both(first.users, second.users),
  };
}
