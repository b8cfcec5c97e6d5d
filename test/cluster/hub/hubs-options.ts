import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { isExecutable } from "../programs/program-cache.ts";
import { SetupError } from "../programs/setup-error.ts";
import type { HubNetwork } from "./network.ts";

/** A real backup operator that takes the place of the played one. */
export interface BackupOperatorOptions {
  /** Path of its manager program. */
  readonly program: string;
  /** `2.16.1`: from 2.16 on it answers an admission webhook. */
  readonly acmVersion: string;
}

export interface HubsOptions {
  /** Holds everything that the hubs write; created, and removed by `stopHubs`. Only hubs may use it. */
  readonly folder: string;
  /** Default `primary` and `secondary`. */
  readonly names?: readonly string[];
  /** A network to plug into, such as the local cluster's. Default: a network of the hubs' own, reached from the machine. */
  readonly network?: HubNetwork;
  /** Further folders with CustomResourceDefinitions, the first one wins; those of Go modules come before. */
  readonly crdFolders?: readonly string[];
  readonly operator?: BackupOperatorOptions;
  /** How many Backups Velero runs at once; its own default is 1, and each that is queued waits up to a minute more. */
  readonly concurrentBackups?: number;
  readonly log?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** The options that decide what runs, as text to compare. */
export function fingerprint(options: HubsOptions): string {
  const { names, network, crdFolders, operator, concurrentBackups } = options;
  return JSON.stringify({ names, network, crdFolders, operator, concurrentBackups });
}

/**
 * Options that a user sets by environment: `CRDS_DIR` (real CustomResourceDefinitions), `HUB_OPERATOR` (manager program
 * of a real backup operator), `HUB_OPERATOR_CRDS` and `HUB_OPERATOR_VERSION` (the ACM version it is of, 2.16.1 when unset).
 *
 * @throws SetupError HUB-07 when one of them is set to nothing usable
 */
export async function environmentOptions(
  environment: NodeJS.ProcessEnv,
): Promise<Pick<HubsOptions, "crdFolders" | "operator">> {
  const crds = environment["CRDS_DIR"] ?? "";
  const program = environment["HUB_OPERATOR"] ?? "";
  const operatorCrds = environment["HUB_OPERATOR_CRDS"] ?? "";
  if (crds !== "") await mustBeFolder("CRDS_DIR", crds);
  if (program === "") return crds === "" ? {} : { crdFolders: [resolve(crds)] };
  await mustBeFolder("HUB_OPERATOR_CRDS", operatorCrds);
  if (!(await isExecutable(program))) {
    throw unusable("HUB_OPERATOR", program, "it is no program that this user may run");
  }
  const folders = [operatorCrds, ...(crds === "" ? [] : [crds])].map((folder) => resolve(folder));
  return {
    crdFolders: folders,
    operator: { program: resolve(program), acmVersion: environment["HUB_OPERATOR_VERSION"] ?? "2.16.1" },
  };
}

async function mustBeFolder(name: string, path: string): Promise<void> {
  if (path === "") throw unusable(name, path, "HUB_OPERATOR is set and its CustomResourceDefinitions are needed");
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory() !== true) throw unusable(name, path, "there is no such folder");
}

function unusable(name: string, value: string, why: string): SetupError {
  const fix = name === "HUB_OPERATOR" ? "name the manager program" : "name a folder of CRD files";
  return new SetupError({ id: "HUB-07", what: `${name}=${value} cannot be used`, why, fix: `${fix}, or unset it` });
}
