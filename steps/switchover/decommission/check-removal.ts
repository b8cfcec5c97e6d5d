import { clusterDeployments, namespaces as namespaceResource } from "../acm/resources.ts";
import { backupsOf, fleetOf, schedulesOf } from "../phases/hub-reads.ts";
import { noneIfAbsent } from "../phases/none-if-absent.ts";
import { questionsOf } from "../preflight/access-requests.ts";
import { describeAccess } from "../preflight/checks/rbac.ts";
import { count, nameList } from "../preflight/name-list.ts";
import { hiveCluster } from "../preflight/projections.ts";
import { type DecommissionContext, decommissionStep } from "./decommission-context.ts";
import { availableOf, type Fleet, refuseFleet, refusePermissions, refuseSuccessor, type Successor } from "./guards.ts";
import { decommissionUse } from "./permissions.ts";
import { type RemovableCluster, removableClusters } from "./removable-cluster.ts";

interface Seen extends Fleet {
  /** What the account may not do. */
  readonly missing: readonly string[];
  readonly successor: Successor | undefined;
}

export interface RemovableFleet extends Fleet {
  readonly clusters: readonly RemovableCluster[];
}

/** What would go with the records of the clusters. */
export async function readFleet({ clients: { primary }, signal }: DecommissionContext): Promise<RemovableFleet> {
  const [clusters, deployments] = await Promise.all([
    removableClusters(primary, signal),
    noneIfAbsent(async () => (await primary.list(clusterDeployments, {}, { signal, project: hiveCluster })).items),
  ]);
  return { clusters, deployments };
}

/** A namespace that is gone, as at the end of an earlier run, takes its Roles with it and needs none. */
async function readMissing({ clients, namespaces, signal, dryRun }: DecommissionContext): Promise<readonly string[]> {
  const { primary } = clients;
  const exists = async (name: string): Promise<boolean> =>
    (await primary.find(namespaceResource, { name }, { signal })) !== undefined;
  const [acm, backup, observability] = await Promise.all([
    exists(namespaces.acm),
    exists(namespaces.backup),
    exists(namespaces.observability),
  ]);
  const wanted = decommissionUse.filter(
    ({ target, readOnly, optional }) => target === "primary" && optional === undefined && (readOnly || !dryRun.enabled),
  );
  const place = {
    version: { known: false, text: "" },
    exists: { acm, backup, observability, engine: undefined },
    argoCd: "none",
    flux: false,
  } as const;
  const requests = questionsOf(wanted, place, namespaces)
    .filter(({ namespaceAbsent }) => !namespaceAbsent)
    .map(({ request }) => request);
  const answers = await primary.reviewAccess(requests, { signal });
  return answers.filter(({ allowed }) => !allowed).map(({ request }) => describeAccess(request));
}

async function readSuccessor(context: DecommissionContext): Promise<Successor | undefined> {
  const { secondary } = context.clients;
  if (secondary === undefined) return undefined;
  const there = { clients: { secondary }, namespaces: context.namespaces, signal: context.signal };
  const [clusters, schedules, backups] = await Promise.all([
    fleetOf(there, "secondary"),
    schedulesOf.once(there, "secondary"),
    backupsOf.once(there, "secondary"),
  ]);
  return { id: context.successorId, clusters, schedules, backups };
}

/** Looks at everything that forbids the removal before anything is removed. */
export const checkRemoval = decommissionStep<Seen>({
  name: "check_removal",
  title: "Make sure that nothing is lost with this hub",
  onResume: "observe",
  async read(context) {
    // First: without them the other reads would fail one by one.
    const missing = await readMissing(context);
    if (missing.length > 0) return { missing, clusters: [], deployments: [], successor: undefined };
    const [fleet, successor] = await Promise.all([readFleet(context), readSuccessor(context)]);
    return { ...fleet, missing, successor };
  },
  plan({ missing, successor, ...fleet }, { force, clock }) {
    const error =
      refusePermissions(missing) ??
      refuseFleet(fleet, force) ??
      (successor === undefined ? undefined : refuseSuccessor(fleet.clusters, successor, clock.now()));
    if (error !== undefined) return { state: "refused", error };
    const available = availableOf(fleet.clusters);
    const proved = successor === undefined ? "no other hub was given to compare with" : `hub ${successor.id} has them`;
    return {
      state: "done",
      note: `${count(fleet.clusters.length, "cluster")}, ${proved}`,
      warnings:
        available.length === 0
          ? []
          : [
              `${count(available.length, "cluster")} still Available here, detached because of force: ${nameList(available)}`,
            ],
    };
  },
});
