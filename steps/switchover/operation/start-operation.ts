import { join } from "node:path";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { PhaseContext } from "../../lib/phase/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import { connectHubs } from "../connect-hubs.ts";
import { refuseUnconfirmed } from "../decommission/guards.ts";
import { operationId } from "../operation-id.ts";
import { checkCombinations, resolveNamespaces } from "../parameters.ts";
import type { HubFacts, SwitchoverContext } from "../phases/switchover-context.ts";
import { switchoverError } from "../switchover-error.ts";
import { type ResolvedTuning, resolveTuning, staleHoursOf, staleHoursSetting, tuningSetting } from "../tuning.ts";
import type { TaskContext, taskParams } from "./declaration.ts";
import { readHubFacts } from "./hub-facts.ts";
import {
  type OpenedOperation,
  type Operation,
  type OperationRequest,
  openOperation,
  stateFileOf,
} from "./open-operation.ts";
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
  };
}

export interface ConnectedSwitchover {
  readonly clients: Readonly<Record<HubName, KubeClient>>;
  readonly facts: Readonly<Record<HubName, HubFacts>>;
  readonly namespaces: HubNamespaces;
  readonly tuning: ResolvedTuning;
  readonly operationId: string;
  readonly stateFolder: string;
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

function confirm(params: TaskParams, facts: Readonly<Record<HubName, HubFacts>>): void {
  const given = params["confirm-new-hub"];
  if (given !== undefined && given !== facts.secondary.id) {
    throw switchoverError(
      "SW-RUN-02",
      {
        what: `confirm-new-hub "${given}" is not the id of the new hub`,
        why: `the secondary kubeconfig leads to hub ${facts.secondary.id}`,
        fix: "give the id of the hub that is to take over, or the kubeconfig of that hub",
      },
      "refused",
    );
  }
  refuseSameHub(facts);
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

/** Checks parameters, opens both hubs and tells them apart. */
export async function connectSwitchover(input: SwitchoverInput): Promise<ConnectedSwitchover> {
  const { params, connect, setting, run, signal, log } = input;
  checkCombinations(params);
  const stale = staleHoursOf(setting(staleHoursSetting), (message) => log.warn(message));
  const tuning = await resolveTuning({ ...stale, ...params.tuning }, setting(tuningSetting));
  const namespaces = resolveNamespaces(params.namespaces);
  const { clients } = await connectHubs({
    connect,
    setting,
    folders: { primary: input.folders.primary, secondary: input.folders.secondary },
    contexts: { primary: params["primary-context"], secondary: params["secondary-context"] },
    inTekton: run.inTekton,
  });
  input.onExit(async () => {
    await Promise.all([clients.primary.close(), clients.secondary.close()]);
  });
  const [primary, secondary] = await Promise.all([
    readHubFacts(clients.primary, "primary", namespaces, signal),
    readHubFacts(clients.secondary, "secondary", namespaces, signal),
  ]);
  const facts = { primary, secondary };
  confirm(params, facts);
  confirmRemoval(params, { id: primary.id, server: clients.primary.server });
  const hub = (name: HubName) => ({ server: clients[name].server, id: facts[name].id });
  const id = params["operation-id"] ?? operationId(hub("primary"), hub("secondary"));
  return { clients, facts, namespaces, tuning, operationId: id, stateFolder: stateFolder(input).path };
}

/** A dry run holds no hub and may look at a busy one. @throws FairleadError STATE-11, SW-STATE-10 (exit 4) */
export async function refuseIfBusy({ params, signal }: SwitchoverInput, hubs: ConnectedSwitchover): Promise<void> {
  if (params["dry-run"]) return;
  const { clients, namespaces, operationId: id } = hubs;
  const stateFile = stateFileOf(hubs.stateFolder, id);
  await refuseBusyHubs({
    clients: [clients.primary, clients.secondary],
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
    parameters: {
      method: params.method,
      activationMethod: params["activation-method"],
      oldHubAction: params["old-hub-action"],
    },
    force: params.force,
    resetState: params["reset-state"],
    dryRun: params["dry-run"],
    ...(dryRunMemory === undefined ? {} : { dryRunMemory }),
  });
}

/** The context of the phase steps. Its signal also ends when this run loses the operation. */
export function phaseContext(
  input: SwitchoverInput,
  hubs: ConnectedSwitchover,
  operation: Operation,
): SwitchoverContext {
  const { params, clock, random, log } = input;
  const dryRun: PhaseContext<unknown>["dryRun"] = params["dry-run"]
    ? { enabled: true, serverSide: true }
    : { enabled: false };
  return {
    clients: hubs.clients,
    hubs: hubs.facts,
    namespaces: hubs.namespaces,
    tuning: hubs.tuning,
    settings: {
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
      argocdManage: params["argocd-manage"],
      argocdResume: params["argocd-resume-after-switchover"],
      force: params.force,
    },
    memory: operation.recorder.memory,
    log: log.child({ operationId: hubs.operationId }),
    clock,
    random,
    signal: AbortSignal.any([input.signal, operation.lost]),
    dryRun,
  };
}
