import { exitCode } from "../../lib/errors/exit-code.ts";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { connectSwitchover, foldersOf, type SwitchoverInput } from "../operation/connect-operation.ts";
import { startNotices, startOperation } from "../operation/start-operation.ts";
import { switchoverPhases } from "../phases/phase-list.ts";
import type { PreflightContext } from "../preflight/declaration.ts";
import { tellGate } from "./task-approval.ts";

/** Whether people are asked after this preflight. */
function asksPeople({ params }: PreflightContext): boolean {
  return params.approval === "gate" && params.mode === "switchover" && !params["dry-run"];
}

/** Before any hub is asked. @throws FairleadError SW-APR-05 (exit 2) */
export function checkApprovers(context: PreflightContext): void {
  if (!asksPeople(context) || !context.run.inTekton || context.params.approvers.length > 0) return;
  throw new FairleadError(
    {
      id: "SW-APR-05",
      what: 'approval "gate" needs approvers',
      why: "a gate that nobody may open would only wait until its time is over",
      fix: "name users, or group:<name>, in approvers; or give approval digest with the plan-digest of a dry run",
    },
    { exitCode: exitCode.invalidInput },
  );
}

function inputOf(context: PreflightContext): SwitchoverInput {
  const { workspace } = context;
  return { ...context, folders: { ...foldersOf(workspace), spokes: workspace("spoke-kubeconfigs") } };
}

/** Tells the first gate of the Pipeline what it is asked about, and whether it is closed at all. Holds and writes nothing. */
export async function tellFirstGate(context: PreflightContext): Promise<void> {
  const [first] = switchoverPhases;
  const { params, results, print } = context;
  if (first === undefined || !asksPeople(context)) return;
  const input = inputOf(context);
  const hubs = await connectSwitchover(input);
  const opened = await startOperation({ ...input, params: { ...params, "dry-run": true } }, hubs, undefined);
  if (opened.state === "nothing-to-do") return;
  const { operation } = opened;
  const notices = await startNotices(input, hubs);
  const task = { input, hubs, operation, output: context.workspace("output") };
  await tellGate(task, first.phase, { results, notices, print });
}
