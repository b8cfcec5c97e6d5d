import type { ConnectedSwitchover, HubInput, SwitchoverInput } from "./connect-operation.ts";
import {
  answeringClients,
  type OpenedOperation,
  type Operation,
  type OperationRequest,
  openOperation,
  stateFileOf,
} from "./open-operation.ts";
import { type OperationAudit, openAudit } from "./operation-audit.ts";
import { bothHubs, type OperationNotices, openNotices } from "./operation-notices.ts";
import { refuseBusyHubs } from "./refuse-busy-hubs.ts";

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
        ...(params["cluster-selector"] === undefined ? {} : { clusterSelector: params["cluster-selector"] }),
      },
      force: params.force,
    },
    resetState: params["reset-state"],
    dryRun: params["dry-run"],
    ...(dryRunMemory === undefined ? {} : { dryRunMemory }),
  });
}

/** The notices of this operation, delivered or given up before the run ends. */
export async function startNotices(
  input: HubInput,
  hubs: ConnectedSwitchover,
  operation = "switchover",
): Promise<OperationNotices> {
  const { facts, operationId: id } = hubs;
  const subject = { operation, operationId: id, hubs: bothHubs(facts), dryRun: input.params["dry-run"] };
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
