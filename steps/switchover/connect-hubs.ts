import { join } from "node:path";
import { exitCode } from "../lib/errors/exit-code.ts";
import { FairleadError } from "../lib/errors/fairlead-error.ts";
import { homeFolder } from "../lib/kube/home-folder.ts";
import { selectContext } from "../lib/kube/kubeconfig.ts";
import { readKubeconfig } from "../lib/kube/load-kubeconfig.ts";
import type { KubeClient } from "../lib/kube/types.ts";
import type { ConnectTarget } from "../lib/step/types.ts";
import { fieldManager } from "./acm/constants.ts";
import type { HubName } from "./acm/hub-identity.ts";
import type { OfBothHubs, OfNewHub } from "./hubs.ts";
import { switchoverError } from "./switchover-error.ts";

/** What a step's context and parameters say about the way to the hubs. */
export interface HubAccess {
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  readonly setting: (name: string) => string | undefined;
  /** Folder of each mounted Secret; absent on a laptop, where a context of the user's own kubeconfig serves. */
  readonly folders: Readonly<Record<HubName, string | undefined>>;
  /** Kubeconfigs that were given as files: they go before the folders. */
  readonly files?: { readonly [H in HubName]?: string };
  readonly contexts: Readonly<Record<HubName, string | undefined>>;
  readonly inTekton: boolean;
  /** Only for who asks one cluster and changes nothing: the current context serves where nothing names a hub. */
  readonly unnamed?: "current-context";
}

/** The parts of a step's context that lead to hubs. */
export interface HubAccessContext extends Pick<HubAccess, "connect" | "setting"> {
  readonly run: { readonly inTekton: boolean };
  readonly params: { readonly "primary-context"?: string; readonly "secondary-context"?: string };
  readonly workspace: (name: "primary-kubeconfig" | "secondary-kubeconfig") => string | undefined;
}

export function hubAccess({ params, workspace, connect, setting, run }: HubAccessContext): HubAccess {
  return {
    connect,
    setting,
    folders: { primary: workspace("primary-kubeconfig"), secondary: workspace("secondary-kubeconfig") },
    contexts: { primary: params["primary-context"], secondary: params["secondary-context"] },
    inTekton: run.inTekton,
  };
}

const hubNames: readonly HubName[] = ["primary", "secondary"];

/** The hubs that a kubeconfig or a named context leads to. */
export function givenHubNames({ folders, contexts }: HubAccess): readonly HubName[] {
  return hubNames.filter((name) => folders[name] !== undefined || contexts[name] !== undefined);
}

/** Both hubs, or the new one alone. `files`: the kubeconfig that each client came from. */
export type ConnectedHubs = ConnectedBoth | ConnectedAlone;

interface ConnectedBoth {
  readonly oldHub: "reachable";
  readonly clients: OfBothHubs<KubeClient>;
  readonly files: OfBothHubs<string>;
}

interface ConnectedAlone {
  /** Declared so by the caller: it is not asked once. */
  readonly oldHub: "down";
  readonly clients: OfNewHub<KubeClient>;
  readonly files: OfNewHub<string>;
  /** As its kubeconfig says; empty without one. */
  readonly oldServer: string;
}

/** Key of the kubeconfig in the Secrets that are mounted as workspaces. */
export const kubeconfigKey = "kubeconfig";

const limitSetting = "ACM_KUBECONFIG_MAX_SIZE";
const defaultKubeconfigBytes = 10 * 1024 * 1024;

/** Largest kubeconfig that is read, bytes; 0 or less for no limit. @throws FairleadError SW-PAR-06 */
export function kubeconfigLimit(setting: HubAccess["setting"]): number {
  const text = setting(limitSetting) ?? "";
  if (text === "") return defaultKubeconfigBytes;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  throw new FairleadError(
    {
      id: "SW-PAR-06",
      what: `${limitSetting} is no number of bytes`,
      why: `it is ${JSON.stringify(text.slice(0, 80))}`,
      fix: `give whole bytes, for example ${defaultKubeconfigBytes}, or 0 for no limit; or leave it out`,
    },
    { exitCode: exitCode.invalidInput },
  );
}

/**
 * Opens both hubs, or the new one alone where the old one is declared down. Sends nothing yet.
 *
 * @throws FairleadError KUBE-20 to KUBE-25 for a kubeconfig that cannot be used, SW-PAR-03 for a missing Secret, SW-PAR-07 for
 * a hub that nothing names
 */
export async function connectHubs(access: HubAccess, oldHub: ConnectedHubs["oldHub"]): Promise<ConnectedHubs> {
  return oldHub === "down" ? await connectAlone(access) : await connectBoth(access);
}

/** The new hub alone. @throws as `connectHubs` */
export async function connectAlone(access: HubAccess): Promise<ConnectedAlone> {
  const secondary = await connectHub(access, "secondary");
  return {
    oldHub: "down",
    clients: { secondary: secondary.client },
    files: { secondary: secondary.file },
    oldServer: await oldServerOf(access),
  };
}

/** Both hubs. @throws as `connectHubs` */
export async function connectBoth(access: HubAccess): Promise<ConnectedBoth> {
  const primary = await connectHub(access, "primary");
  const secondary = await connectHub(access, "secondary");
  return {
    oldHub: "reachable",
    clients: { primary: primary.client, secondary: secondary.client },
    files: { primary: primary.file, secondary: secondary.file },
  };
}

/** Of the hub that is not asked. Whatever is wrong with its kubeconfig matters no more. */
async function oldServerOf(access: HubAccess): Promise<string> {
  const { contexts, folders, files, setting } = access;
  const context = contexts.primary;
  // Nothing names it.
  if (folders.primary === undefined && files?.primary === undefined && context === undefined) return "";
  try {
    const config = await readKubeconfig(await fileOf(access, "primary"), kubeconfigLimit(setting));
    return selectContext(config, context).cluster.server.href.replace(/\/$/, "");
  } catch (error) {
    if (error instanceof FairleadError) return "";
    throw error;
  }
}

async function fileOf(access: HubAccess, hub: HubName): Promise<string> {
  const { files, folders, contexts, setting, inTekton, unnamed } = access;
  const given = files?.[hub];
  if (given !== undefined) return given;
  return await findKubeconfig({
    workspace: `${hub}-kubeconfig`,
    folder: folders[hub],
    contextParameter: `${hub}-context`,
    context: contexts[hub],
    setting,
    inTekton,
    ...(unnamed === undefined ? {} : { unnamed }),
  });
}

/** Opens one hub. Sends nothing yet. @throws as `connectHubs` */
export async function connectHub(
  access: HubAccess,
  hub: HubName,
): Promise<{ readonly client: KubeClient; readonly file: string }> {
  const { connect, contexts, setting } = access;
  const context = contexts[hub];
  const file = await fileOf(access, hub);
  const client = await connect({
    name: hub,
    kubeconfig: file,
    ...(context === undefined ? {} : { context }),
    fieldManager,
    maximumKubeconfigBytes: kubeconfigLimit(setting),
  });
  return { client, file };
}

interface KubeconfigSearch extends Pick<HubAccess, "setting" | "inTekton" | "unnamed"> {
  readonly workspace: string;
  /** Where the workspace is mounted. */
  readonly folder: string | undefined;
  readonly contextParameter: string;
  readonly context: string | undefined;
}

// A laptop's current context is whatever its owner looked at last.
function unnamedHub({ workspace, contextParameter }: KubeconfigSearch): FairleadError {
  return switchoverError(
    "SW-PAR-07",
    {
      what: `nothing names the hub of ${workspace}`,
      why: `neither ${workspace} nor ${contextParameter} is given, and the current context of a kubeconfig is no choice of a hub`,
      fix: `give ${workspace}, or ${contextParameter} for a context of KUBECONFIG or ~/.kube/config`,
    },
    "invalid",
  );
}

/**
 * The kubeconfig of a workspace; on a laptop without one the user's own, of which a context must be named.
 *
 * @throws FairleadError SW-PAR-03 for a missing Secret, SW-PAR-07 where nothing names the hub
 */
export async function findKubeconfig(search: KubeconfigSearch): Promise<string> {
  const { workspace, folder, context, setting, inTekton, unnamed } = search;
  if (folder !== undefined) {
    return join(folder, kubeconfigKey);
  }
  if (inTekton) {
    throw new FairleadError(
      {
        id: "SW-PAR-03",
        what: `workspace ${workspace} is not bound`,
        why: "inside a pod there is no other way to the hub",
        fix: `bind ${workspace} to a Secret with the key ${kubeconfigKey}`,
      },
      { exitCode: exitCode.invalidInput },
    );
  }
  if (context === undefined && unnamed === undefined) throw unnamedHub(search);
  const listed = (setting("KUBECONFIG") ?? "").split(":").filter((path) => path !== "");
  const [first = join(homeFolder(setting), ".kube", "config"), ...others] = listed;
  return others.length === 0 ? first : await fileWithContext(listed, context, kubeconfigLimit(setting));
}

/** Of several files the one that has the context; the first where none is named. */
async function fileWithContext(files: readonly string[], context: string | undefined, limit: number): Promise<string> {
  const [first = "", ...others] = files;
  for (const file of context === undefined || others.length === 0 ? [] : files) {
    const { contexts } = await readKubeconfig(file, limit);
    if (contexts.some(({ name }) => name === context)) {
      return file;
    }
  }
  return first;
}
