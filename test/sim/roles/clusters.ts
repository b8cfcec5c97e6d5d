import { atOnce } from "../at-once.ts";
import type { SimObject } from "../kube/sim-client.ts";
import { iso, type Player, type Stage } from "../player.ts";
import { claimSpokes } from "../spokes.ts";

// The import controller of a hub and the klusterlets of its clusters. A spoke listens to one hub at a time: the one that
// imported it last. Which one that is lies in the folder that both hubs share.

const disable = "import.open-cluster-management.io/disable-auto-import";
const immediate = "import.open-cluster-management.io/immediate-import";
const strategyMap = { name: "import-controller-config", namespace: "multicluster-engine" };
const leaseSeconds = 300;
const lookSeconds = 5;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

function conditions(cluster: SimObject): readonly Condition[] {
  return (cluster.status?.["conditions"] as readonly Condition[] | undefined) ?? [];
}

function available(cluster: SimObject): string {
  return conditions(cluster).find((one) => one.type === "ManagedClusterConditionAvailable")?.status ?? "";
}

function condition(type: string, status: string, reason: string): Condition {
  return { type, status, reason, message: reason, lastTransitionTime: iso() };
}

async function connect(stage: Stage, cluster: SimObject): Promise<void> {
  if (available(cluster) === "True") return;
  await stage.world.setStatus("managedClusters", cluster, {
    conditions: [
      condition("HubAcceptedManagedCluster", "True", "HubClusterAdminAccepted"),
      condition("ManagedClusterImportSucceeded", "True", "ManagedClusterImported"),
      condition("ManagedClusterJoined", "True", "ManagedClusterJoined"),
      condition("ManagedClusterConditionAvailable", "True", "ManagedClusterAvailable"),
    ],
  });
}

async function disconnect(stage: Stage, cluster: SimObject): Promise<void> {
  if (available(cluster) !== "True") return;
  const others = conditions(cluster).filter((one) => one.type !== "ManagedClusterConditionAvailable");
  const gone = condition("ManagedClusterConditionAvailable", "Unknown", "ManagedClusterLeaseUpdateStopped");
  await stage.world.setStatus("managedClusters", cluster, { conditions: [...others, gone] });
}

/** Whether this hub may import the cluster now, and is asked to. */
function mayImport(stage: Stage, cluster: SimObject, provisioned: ReadonlySet<string>): boolean {
  const { name, annotations } = cluster.metadata;
  if (annotations?.[disable] !== undefined) return false;
  if (stage.faults.of("cluster-never-connects").some((fault) => fault.cluster === name)) return false;
  if (stage.faults.of("import-fails").some((fault) => fault.cluster === name)) return false;
  const asked = stage.world.find("secrets", "auto-import-secret", name) !== undefined;
  return (provisioned.has(name) || asked) && (importsAlways(stage) || annotations?.[immediate] === "");
}

/** To 2.13 always, later where the ConfigMap says so; the default became `ImportOnly`. */
function importsAlways({ world, minor }: Stage): boolean {
  const map = world.find("configMaps", strategyMap.name, strategyMap.namespace);
  return minor < 14 || map?.data?.["autoImportStrategy"] === "ImportAndSync";
}

async function importCluster(stage: Stage, cluster: SimObject): Promise<void> {
  const { world, hubId } = stage;
  const { name } = cluster.metadata;
  await claimSpokes(stage.bucket, [name], hubId);
  if (cluster.metadata.annotations?.[immediate] === "") {
    await world.patch("managedClusters", cluster, { metadata: { annotations: { [immediate]: "Completed" } } });
  }
  const secret = world.find("secrets", "auto-import-secret", name);
  if (secret !== undefined) await world.remove("secrets", secret);
}

const lostSince = new WeakMap<Stage, Map<string, number>>();

/** A hub notices that a spoke left when its lease was not renewed for five minutes. */
async function noticeLoss(stage: Stage, cluster: SimObject): Promise<void> {
  const since = lostSince.get(stage) ?? new Map<string, number>();
  lostSince.set(stage, since);
  const { name } = cluster.metadata;
  const first = since.get(name) ?? Date.now();
  since.set(name, first);
  if (Date.now() - first >= stage.scaled(leaseSeconds)) await disconnect(stage, cluster);
}

export const clusterPlayer: Player = {
  name: "clusters",
  async play(stage) {
    stage.later(lookSeconds);
    await stage.spokes.look();
    const namespaces = stage.world.all("clusterDeployments").map(({ metadata }) => metadata.namespace ?? "");
    const provisioned = new Set(namespaces);
    await atOnce(stage.world.all("managedClusters"), async (cluster) => {
      const { name, labels } = cluster.metadata;
      if (labels?.["local-cluster"] === "true") return;
      if (stage.spokes.hubOf(name) === stage.hubId) {
        if (!stage.faults.of("cluster-never-connects").some((fault) => fault.cluster === name))
          await connect(stage, cluster);
      } else if (mayImport(stage, cluster, provisioned)) await importCluster(stage, cluster);
      else await noticeLoss(stage, cluster);
    });
  },
};
