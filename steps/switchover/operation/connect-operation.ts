import { join } from "node:path";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { connectAlone, connectBoth, type HubAccess } from "../connect-hubs.ts";
import { refuseUnconfirmed } from "../decommission/guards.ts";
import type { OfBothHubs } from "../hubs.ts";
import { type SpokeAccess, spokeAccess } from "../klusterlet/spoke-access.ts";
import { operationId } from "../operation-id.ts";
import { checkCombinations } from "../parameter-combinations.ts";
import { type hubParameters, type operationParameters, resolveNamespaces } from "../parameters.ts";
import type { HubFacts } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import { type ResolvedTuning, resolveTuning, staleHoursOf, staleHoursSetting, tuningSetting } from "../tuning.ts";
import type { TaskContext, taskParams } from "./declaration.ts";
import { findOperation } from "./find-operation.ts";
import { readHubFacts } from "./hub-facts.ts";
import { refuseSameServer, refuseUnacknowledged, withWayOut } from "./lost-hub-guards.ts";
import type { ReachedBoth, ReachedHubs } from "./open-operation.ts";
import { checkAuditKey } from "./operation-audit.ts";
import type { RunFolder } from "./run-folders.ts";

type TaskParams = TaskContext["params"];

const stateFolderSetting = "ACM_SWITCHOVER_STATE_DIR";

type CommonFolder = "primary-kubeconfig" | "secondary-kubeconfig" | "state" | "notifications";

/** The folders of the workspaces that every Task has that works on an operation. */
export function foldersOf(workspace: (name: CommonFolder) => string | undefined) {
  return {
    primary: workspace("primary-kubeconfig"),
    secondary: workspace("secondary-kubeconfig"),
    state: workspace("state"),
    notifications: workspace("notifications"),
  } as const;
}

/** What both a Task and the plain command need: the step context without Task-only parts. */
export interface SwitchoverInput extends Omit<CommandContext<typeof taskParams>, "params"> {
  readonly params: TaskParams;
  readonly folders: {
    readonly primary: string | undefined;
    readonly secondary: string | undefined;
    readonly state: string | undefined;
    /** Kubeconfigs of managed clusters, in a folder or a file. */
    readonly spokes?: string | undefined;
    /** With the configuration of notices. */
    readonly notifications?: string | undefined;
    /** The file of the key that signs the audit trail. */
    readonly auditKey?: string | undefined;
  };
  /** Kubeconfigs that were given as files. */
  readonly files?: HubAccess["files"];
}

/** What every operation on both hubs is given, whatever else it asks for. */
export interface HubInput extends Omit<SwitchoverInput, "params"> {
  readonly params: Pick<TaskParams, keyof typeof hubParameters | keyof typeof operationParameters>;
}

/** What the hubs say of themselves. */
export type HubsSeen = Pick<ReachedBoth, "facts" | "answering">;

/** Asks the hubs who they are. */
export type HubsReader = (
  clients: OfBothHubs<KubeClient>,
  namespaces: HubNamespaces,
  input: Pick<HubInput, "params" | "signal">,
) => Promise<HubsSeen>;

export type ConnectedSwitchover = ReachedHubs & SwitchoverPlace;
export type ConnectedBoth = ReachedBoth & SwitchoverPlace;

interface SwitchoverPlace {
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly operationId: string;
  readonly stateFolder: string;
  readonly spokes: SpokeAccess | undefined;
}

/** Where operations keep their state, and the setting that says so. */
export function stateFolder(input: {
  readonly setting: SwitchoverInput["setting"];
  readonly folders: Pick<SwitchoverInput["folders"], "state">;
}): RunFolder {
  if (input.folders.state !== undefined) return { setting: "state-folder", path: input.folders.state };
  const set = input.setting(stateFolderSetting) ?? "";
  return { setting: stateFolderSetting, path: set === "" ? join(process.cwd(), ".state") : set };
}

function confirm(params: HubInput["params"], { id }: HubFacts): void {
  const given = params["confirm-new-hub"];
  if (given !== undefined && given !== id) {
    throw switchoverError(
      "SW-RUN-02",
      {
        what: `confirm-new-hub "${given}" is not the id of the new hub`,
        why: `the secondary kubeconfig leads to hub ${id}`,
        fix: "give the id of the hub that is to take over, or the kubeconfig of that hub",
      },
      "refused",
    );
  }
}

/** @throws FairleadError SW-DEC-02 (exit 4) */
function confirmRemoval(params: TaskParams, hub: { readonly id: string; readonly server: string }): void {
  if (params["old-hub-action"] !== "decommission") return;
  const refusal = refuseUnconfirmed(params["confirm-decommission"], hub);
  if (refusal !== undefined) throw refusal;
}

/** What it is to be given one hub twice: a failed check to who makes the checks, a refusal to who relies on them. */
export type SameHub = "failed-check" | "refusal";

/** @throws FairleadError SW-RUN-03 (exit 4; exit 3 as a failed check) */
export function refuseSameHub(
  { primary, secondary }: Readonly<Record<HubName, Pick<HubFacts, "id">>>,
  as: SameHub = "refusal",
): void {
  if (primary.id !== secondary.id) return;
  const isCheck = as === "failed-check";
  throw switchoverError(
    "SW-RUN-03",
    {
      what: `${isCheck ? "check hub-identity failed: " : ""}both kubeconfigs lead to the same hub`,
      why: `its id is ${primary.id}`,
      fix: "give the kubeconfig of the other hub",
    },
    isCheck ? "preflight" : "refused",
  );
}

/** Checks parameters, opens the hubs and tells them apart. */
export async function connectSwitchover(input: SwitchoverInput, sameHub?: SameHub): Promise<ConnectedSwitchover> {
  const { params } = input;
  checkCombinations(params);
  if (params["primary-unreachable"]) return await connectNewHub(input);
  const connected = await connectOperation(input, readBoth, sameHub);
  confirmRemoval(params, { id: connected.facts.primary.id, server: connected.clients.primary.server });
  return connected;
}

const readBoth: HubsReader = async (clients, namespaces, { signal }) => {
  const [primary, secondary] = await Promise.all([
    readHubFacts(clients.primary, "primary", namespaces, signal).catch((error: unknown) => {
      throw withWayOut(error);
    }),
    readHubFacts(clients.secondary, "secondary", namespaces, signal),
  ]);
  return { facts: { primary, secondary }, answering: ["primary", "secondary"] };
};

function accessOf({ params, connect, setting, run, folders, files }: HubInput): HubAccess {
  return {
    connect,
    setting,
    folders: { primary: folders.primary, secondary: folders.secondary },
    ...(files === undefined ? {} : { files }),
    contexts: { primary: params["primary-context"], secondary: params["secondary-context"] },
    inTekton: run.inTekton,
  };
}

async function placeOf(input: HubInput): Promise<Omit<SwitchoverPlace, "operationId">> {
  const { params, setting, log, folders } = input;
  await checkAuditKey(folders.auditKey);
  const stale = staleHoursOf(setting(staleHoursSetting), (message) => log.warn(message));
  const tuning = await resolveTuning({ ...stale, ...params.tuning }, setting(tuningSetting));
  const spokes = folders.spokes === undefined ? undefined : await spokeAccess(folders.spokes, input);
  return { namespaces: resolveNamespaces(params.namespaces), tuning, stateFolder: stateFolder(input).path, spokes };
}

/** Opens both hubs and tells them apart. */
export async function connectOperation(
  input: HubInput,
  readHubs: HubsReader = readBoth,
  sameHub?: SameHub,
): Promise<ConnectedBoth> {
  const { params } = input;
  const place = await placeOf(input);
  const { clients, files } = await connectBoth(accessOf(input));
  input.onExit(async () => {
    await Promise.all([clients.primary.close(), clients.secondary.close()]);
  });
  const { facts, answering } = await readHubs(clients, place.namespaces, input);
  confirm(params, facts.secondary);
  refuseSameHub(facts, sameHub);
  const hub = (name: HubName) => ({ server: clients[name].server, id: facts[name].id });
  const id = params["operation-id"] ?? operationId(hub("primary"), hub("secondary"));
  input.at({ operationId: id });
  return { oldHub: "reachable", clients, files, facts, answering, ...place, operationId: id };
}

/** Opens the new hub alone: the old one is declared down. */
async function connectNewHub(input: SwitchoverInput): Promise<ConnectedSwitchover> {
  const { params, signal, clock } = input;
  const place = await placeOf(input);
  const connected = await connectAlone(accessOf(input));
  const { clients, files, oldServer } = connected;
  input.onExit(() => clients.secondary.close());
  refuseSameServer(connected);
  const secondary = await readHubFacts(clients.secondary, "secondary", place.namespaces, signal);
  confirm(params, secondary);
  refuseUnacknowledged(params["acknowledge-primary-down"], secondary.id);
  const operation = await findOperation({
    given: params["operation-id"],
    stateFolder: place.stateFolder,
    oldServer,
    secondary: { server: clients.secondary.server, id: secondary.id },
    staleHours: place.tuning.staleHours,
    now: clock.now(),
  });
  input.at({ operationId: operation });
  return { oldHub: "down", clients, files, oldServer, facts: { secondary }, ...place, operationId: operation };
}
