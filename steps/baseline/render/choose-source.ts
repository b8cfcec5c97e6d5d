import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";

/** What a rendering is made from. */
export type RenderSource =
  | { readonly source: "cluster" }
  | { readonly source: "files"; readonly hcoFile?: string; readonly contextFile?: string };

export interface SourceQuestion {
  readonly hcoFile?: string;
  readonly contextFile?: string;
  readonly crds?: string;
  /** How a cluster was named, where one was: `context east`, `the workspace kubeconfig`. */
  readonly namedCluster?: string;
}

function refuse(why: string, fix: string) {
  return baselineError(
    "BASE-PAR-02",
    { what: "it is not clear what is to be rendered from", why, fix },
    baselineExit.invalidInput,
  );
}

/**
 * Files, or a cluster, and never half of each. Pure.
 *
 * @throws FairleadError BASE-PAR-02 (exit 2) where both are named, or CRDs are named for a cluster that has its own
 */
export function chooseSource({ hcoFile, contextFile, crds, namedCluster }: SourceQuestion): RenderSource {
  const hasFiles = hcoFile !== undefined || contextFile !== undefined;
  if (hasFiles && namedCluster !== undefined) {
    const file = hcoFile === undefined ? "context-file" : "hco-file";
    throw refuse(
      `${file} and ${namedCluster} are both given`,
      "give files for a rendering that asks no cluster, or a cluster",
    );
  }
  if (!hasFiles && crds !== undefined) {
    throw refuse("crds is given without hco-file and context-file", "leave crds out: a cluster has CRDs of its own");
  }
  if (!hasFiles) return { source: "cluster" };
  return {
    source: "files",
    ...(hcoFile === undefined ? {} : { hcoFile }),
    ...(contextFile === undefined ? {} : { contextFile }),
  };
}

/** Neither files nor a cluster. Pure. */
export function noSource(why: string) {
  return refuse(
    `neither hco-file nor context-file is given, and no cluster is found: ${why}`,
    "give --hco-file or --context-file, or name a cluster by KUBECONFIG or --workspace kubeconfig=<folder>",
  );
}
