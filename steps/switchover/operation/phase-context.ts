import type { KubeClient } from "../../lib/kube/types.ts";
import { ClusterFollower } from "../../lib/phase/cluster-follower.ts";
import type { ForeseenObjects, PhaseContext } from "../../lib/phase/types.ts";
import { Foreseen } from "../../lib/plan/foreseen.ts";
import type { SpokeAccess } from "../klusterlet/spoke-access.ts";
import type { BothHubsContext, SwitchoverContext, SwitchoverSettings } from "../phases/switchover-context.ts";
import type { ConnectedBoth, ConnectedSwitchover, HubInput, SwitchoverInput } from "./connect-operation.ts";
import type { Operation } from "./open-operation.ts";
import type { OperationAudit } from "./operation-audit.ts";

/** The context of the phase steps. Its signal also ends when this run loses the operation. */
export function phaseContext(
  input: SwitchoverInput,
  hubs: ConnectedSwitchover,
  operation: Operation,
  audit: Pick<OperationAudit, "watch">,
  foreseen: ForeseenObjects = [],
): SwitchoverContext {
  const { params } = input;
  const follow: Follow = { audit, serverSide: params["server-dry-run"], foreseen };
  const common = commonContext(
    input,
    hubs,
    operation,
    {
      method: params.method,
      activationMethod: params["activation-method"],
      oldHubAction: params["old-hub-action"],
      clusterSelector: params["cluster-selector"],
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
      fluxManage: params["flux-manage"],
      fluxResume: params["flux-resume-after-switchover"],
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
  /** What the earlier part of the same plan would leave. */
  readonly foreseen?: ForeseenObjects;
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
  { audit, serverSide, foreseen: earlier }: Follow,
): CommonContext {
  const { params, clock, random, log } = input;
  const foreseen = params["dry-run"] ? new Foreseen(earlier) : undefined;
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
    log,
    clusters: new ClusterFollower(),
    clock,
    random,
    signal: AbortSignal.any([input.signal, operation.lost]),
    dryRun,
  };
  return { context, watched };
}

function openSpoke(spokes: SpokeAccess, target: string): Promise<KubeClient> {
  const spoke = spokes.contexts.find((one) => one.target === target);
  if (spoke === undefined) throw new Error(`no kubeconfig leads to the target ${target}`);
  return spokes.open(spoke);
}
