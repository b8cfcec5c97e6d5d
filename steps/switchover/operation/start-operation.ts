import { join } from "node:path";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { PhaseContext } from "../../lib/phase/types.ts";
import { Foreseen } from "../../lib/plan/foreseen.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { connectAlone, connectBoth, type HubAccess } from "../connect-hubs.ts";
import { refuseUnconfirmed } from "../decommission/guards.ts";
import type { OfBothHubs } from "../hubs.ts";
import { type SpokeAccess, spokeAccess } from "../klusterlet/spoke-access.ts";
import { operationId } from "../operation-id.ts";
import { checkCombinations, type hubParameters, type operationParameters, resolveNamespaces } from "../parameters.ts";
import type { BothHubsContext, HubFacts, SwitchoverContext, SwitchoverSettings } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import { type ResolvedTuning, resolveTuning, staleHoursOf, staleHoursSetting, tuningSetting } from "../tuning.ts";
import type { TaskContext, taskParams } from "./declaration.ts";
import { findOperation } from "./find-operation.ts";
import { readHubFacts } from "./hub-facts.ts";
import { refuseSameServer, refuseUnacknowledged, withWayOut } from "./lost-hub-guards.ts";
import {
  answeringClients,
  type OpenedOperation,
  type Operation,
  type OperationRequest,
  openOperation,
  type ReachedBoth,
  type ReachedHubs,
  stateFileOf,
} from "./open-operation.ts";
import { checkAuditKey, type OperationAudit, openAudit } from "./operation-audit.ts";
import { type OperationNotices, openNotices } from "./operation-notices.ts";
import { refuseBusyHubs } from "./refuse-busy-hubs.ts";
import type { RunFolder } from "./run-folders.ts";

type TaskParams = TaskContext["params"];

const stateFolderSetting = "ACM_SWITCHOVER_STATE_DIR";

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

/** @throws FairleadError SW-RUN-03 (exit 4) */
export function refuseSameHub({ primary, secondary }: Readonly<Record<HubName, Pick<HubFacts, "id">>>): void {
  if (primary.id !== secondary.id) return;
  throw switchoverError(
    "SW-RUN-03",
    {
      what: "both kubeconfigs lead to the same hub",
      why: `its id is ${primary.id}`,
      fix: "give the kubeconfig of the other hub",
    },
    "refused",
  );
}

/** Checks parameters, opens the hubs and tells them apart. */
export async function connectSwitchover(input: SwitchoverInput): Promise<ConnectedSwitchover> {
  const { params } = input;
  checkCombinations(params);
  if (params["primary-unreachable"]) return await connectNewHub(input);
  const connected = await connectOperation(input);
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
export async function connectOperation(input: HubInput, readHubs: HubsReader = readBoth): Promise<ConnectedBoth> {
  const { params } = input;
  const place = await placeOf(input);
  const { clients } = await connectBoth(accessOf(input));
  input.onExit(async () => {
    await Promise.all([clients.primary.close(), clients.secondary.close()]);
  });
  const { facts, answering } = await readHubs(clients, place.namespaces, input);
  confirm(params, facts.secondary);
  refuseSameHub(facts);
  const hub = (name: HubName) => ({ server: clients[name].server, id: facts[name].id });
  const id = params["operation-id"] ?? operationId(hub("primary"), hub("secondary"));
  return { oldHub: "reachable", clients, facts, answering, ...place, operationId: id };
}

/** Opens the new hub alone: the old one is declared down. */
async function connectNewHub(input: SwitchoverInput): Promise<ConnectedSwitchover> {
  const { params, signal, clock } = input;
  const place = await placeOf(input);
  const connected = await connectAlone(accessOf(input));
  const { clients, oldServer } = connected;
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
  return { oldHub: "down", clients, oldServer, facts: { secondary }, ...place, operationId: operation };
}

/** A dry run holds no hub and may look at a busy one. @throws FairleadError STATE-11, SW-STATE-10 (exit 4) */
export async function refuseIfBusy({ params, signal }: HubInput, hubs: ConnectedSwitchover): Promise<void> {
  if (params["dry-run"]) return;
  const { namespaces, operationId: id } = hubs;
  const stateFile = stateFileOf(hubs.stateFolder, id);
  await refuseBusyHubs({
    clients: answeringClients(hubs),
    namespaces,
    operationId: id,
    stateFile,
    signal,
  });
}

/** Opens the operation of connected hubs. */
export async function startOperation(
  input: SwitchoverInput,
  hubs: ConnectedSwitchover,
  dryRunMemory: OperationRequest["dryRunMemory"],
): Promise<OpenedOperation> {
  const { params } = input;
  return await openOperation({
    context: input,
    ...hubs,
    contexts: { primary: params["primary-context"] ?? "", secondary: params["secondary-context"] ?? "" },
    goal: {
      kind: "switchover",
      parameters: {
        method: params.method,
        activationMethod: params["activation-method"],
        oldHubAction: params["old-hub-action"],
      },
      force: params.force,
    },
    resetState: params["reset-state"],
    dryRun: params["dry-run"],
    ...(dryRunMemory === undefined ? {} : { dryRunMemory }),
  });
}

function openSpoke(spokes: SpokeAccess, target: string): Promise<KubeClient> {
  const spoke = spokes.contexts.find((one) => one.target === target);
  if (spoke === undefined) throw new Error(`no kubeconfig leads to the target ${target}`);
  return spokes.open(spoke);
}

/** The notices of this operation, delivered or given up before the run ends. */
export async function startNotices(
  input: HubInput,
  hubs: ConnectedSwitchover,
  operation = "switchover",
): Promise<OperationNotices> {
  const { facts, operationId: id } = hubs;
  const subject = { operation, operationId: id, hubs: facts, dryRun: input.params["dry-run"] };
  const notices = await openNotices(input, input.folders.notifications, subject);
  input.onExit(() => notices.settled());
  return notices;
}

/** The audit trail of this operation, closed when the run ends. Call it while the operation is held. */
export async function startAudit(input: HubInput, operation: Operation): Promise<OperationAudit> {
  const { operation: name, operation_id: operationId } = operation.document();
  const { stateFile } = operation;
  const keyPath = input.folders.auditKey;
  return await openAudit({
    context: input,
    operation: name,
    operationId,
    stateFile,
    keyPath,
    dryRun: input.params["dry-run"],
  });
}

/** The context of the phase steps. Its signal also ends when this run loses the operation. */
export function phaseContext(
  input: SwitchoverInput,
  hubs: ConnectedSwitchover,
  operation: Operation,
  audit: Pick<OperationAudit, "watch">,
): SwitchoverContext {
  const { params } = input;
  const follow: Follow = { audit, serverSide: params["server-dry-run"] };
  const common = commonContext(
    input,
    hubs,
    operation,
    {
      method: params.method,
      activationMethod: params["activation-method"],
      oldHubAction: params["old-hub-action"],
      finalBackup: params["final-backup"],
      pinBackup: params["pin-backup"],
      manageAutoImportStrategy: params["manage-auto-import-strategy"],
      minManagedClusters: params["min-managed-clusters"],
      allowPartialRestore: params["allow-partial-restore"],
      allowMissingClusters: params["allow-missing-clusters"],
      maxUnavailable: params["max-unavailable"],
      backupScheduleTemplate: params["backup-schedule-template"],
      skipObservability: params["skip-observability-checks"],
      strictObservability: params["strict-observability"],
      pauseObservatoriumApi: params["pause-observatorium-api"],
      disableObservability: params["disable-observability-on-secondary"],
      argocdManage: params["argocd-manage"],
      argocdResume: params["argocd-resume-after-switchover"],
      force: params.force,
    },
    follow,
  );
  const { watched, context } = common;
  return hubs.oldHub === "reachable"
    ? { ...context, oldHub: hubs.oldHub, clients: watched(hubs.clients), hubs: hubs.facts }
    : { ...context, oldHub: hubs.oldHub, clients: watched(hubs.clients), hubs: hubs.facts };
}

/** The same for an operation on both hubs that has other parameters. */
export function contextWith(
  input: HubInput,
  hubs: ConnectedBoth,
  operation: Operation,
  settings: SwitchoverSettings,
  follow: Follow,
): BothHubsContext {
  const { watched, context } = commonContext(input, hubs, operation, settings, follow);
  return { ...context, oldHub: hubs.oldHub, clients: watched(hubs.clients), hubs: hubs.facts };
}

/** Who sees what a run writes and reads. */
interface Follow {
  readonly audit: Pick<OperationAudit, "watch">;
  readonly serverSide: boolean;
}

interface CommonContext {
  readonly context: Omit<BothHubsContext, "oldHub" | "clients" | "hubs">;
  /** The same clients, seen by the audit trail or by the plan of a dry run. */
  readonly watched: <C extends Readonly<Record<string, KubeClient>>>(clients: C) => C;
}

function commonContext(
  input: HubInput,
  hubs: ConnectedSwitchover,
  operation: Operation,
  settings: SwitchoverSettings,
  { audit, serverSide }: Follow,
): CommonContext {
  const { params, clock, random, log } = input;
  const foreseen = params["dry-run"] ? new Foreseen() : undefined;
  const dryRun: PhaseContext<unknown>["dryRun"] =
    foreseen === undefined ? { enabled: false } : { enabled: true, serverSide, foreseen };
  const { spokes } = hubs;
  const watched = <C extends Readonly<Record<string, KubeClient>>>(clients: C): C =>
    foreseen?.watch(clients) ?? audit.watch(clients);
  const open = async (access: SpokeAccess, target: string): Promise<KubeClient> => {
    const client = await openSpoke(access, target);
    return watched({ [target]: client })[target] ?? client;
  };
  const context = {
    ...(spokes === undefined ? {} : { spokes, open: (target: string) => open(spokes, target) }),
    namespaces: hubs.namespaces,
    tuning: hubs.tuning,
    settings,
    memory: operation.recorder.memory,
    log: log.child({ operationId: hubs.operationId }),
    clock,
    random,
    signal: AbortSignal.any([input.signal, operation.lost]),
    dryRun,
  };
  return { context, watched };
}
