import { atOnce } from "../../at-once.ts";
import type { SimObject } from "../../kube/sim-client.ts";
import { type Stage, stamp, text } from "../../player.ts";
import { tokenLabel } from "../schedules/validation.ts";

const label = "cluster.open-cluster-management.io/";
const immediate = "import.open-cluster-management.io/immediate-import";

/** Once, when the Restore ends: the marker backup, and for each cluster the request to import it. */
export async function afterActivation(
  stage: Stage,
  restore: SimObject,
  clustersRestore: string,
): Promise<readonly string[]> {
  await writeMarker(stage, restore, clustersRestore);
  const tokens = tokensByCluster(stage);
  // In the order in which the API server lists them.
  const clusters = stage.world
    .all("managedClusters")
    .filter(({ metadata }) => metadata.labels?.["local-cluster"] !== "true")
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const messages = new Map<string, string>();
  await atOnce(clusters, async (cluster) => {
    const { name } = cluster.metadata;
    const message = await askForImport(stage, cluster, tokens.get(name) ?? []);
    if (message !== undefined) messages.set(name, message);
  });
  return clusters.flatMap(({ metadata }) => messages.get(metadata.name) ?? []);
}

/** Written even where nothing was activated: then it names no backup. */
async function writeMarker(stage: Stage, restore: SimObject, clustersRestore: string): Promise<void> {
  const { world, hubId, namespace } = stage;
  const prefix = "acm-restore-clusters-";
  const older = world.all("veleroBackups").filter((backup) => backup.metadata.name.startsWith(prefix));
  const restored = text(world.find("veleroRestores", clustersRestore, namespace)?.spec, "backupName");
  const author = world.find("veleroBackups", restored, namespace)?.metadata.labels?.[`${label}backup-cluster`];
  await world.create("veleroBackups", {
    metadata: {
      name: `${prefix}${stamp(Date.now())}`,
      namespace,
      labels: {
        [`${label}restore-cluster`]: hubId,
        ...(author === undefined ? {} : { [`${label}backup-cluster`]: author }),
        [`${label}acm-hub-dr`]: "true",
        [`${label}acm-restore-name`]: restore.metadata.name.slice(0, 63),
        "acm-managed-clusters-schedule": restored.slice(0, 63),
      },
    },
    spec: { includedResources: ["restore.cluster.open-cluster-management.io"], ttl: "720h0m0s" },
  });
  if (stage.minor < 17) return;
  for (const backup of older) await world.remove("veleroBackups", backup);
}

function isAvailable(cluster: SimObject): boolean {
  const conditions = cluster.status?.["conditions"] as { type: string; status: string }[] | undefined;
  return conditions?.some((one) => one.type === "ManagedClusterConditionAvailable" && one.status === "True") === true;
}

function serverUrl(cluster: SimObject): string {
  const configs = cluster.spec?.["managedClusterClientConfigs"] as { url?: string }[] | undefined;
  return configs?.[0]?.url ?? "";
}

function isExpired(secret: SimObject): boolean {
  return Date.parse(secret.metadata.annotations?.["expirationTimestamp"] ?? "") < Date.now();
}

/** From 2.15 on a single token is used even when it says that it expired. */
function usableToken(minor: number, tokens: readonly SimObject[]): SimObject | undefined {
  return tokens.find((one) => !isExpired(one)) ?? (minor >= 15 && tokens.length === 1 ? tokens[0] : undefined);
}

function tokensByCluster({ world }: Stage): ReadonlyMap<string, readonly SimObject[]> {
  const tokens = world.all("secrets").filter(({ metadata }) => metadata.labels?.[tokenLabel] === "true");
  return Map.groupBy(tokens, ({ metadata }) => metadata.namespace ?? "");
}

async function askForImport(
  { world, minor }: Stage,
  cluster: SimObject,
  tokens: readonly SimObject[],
): Promise<string | undefined> {
  const { name } = cluster.metadata;
  // To 2.14 only clusters that have a token are visited.
  if (minor < 15 && tokens.length === 0) return undefined;
  if (isAvailable(cluster)) return `managed cluster ${name} already available`;
  const server = serverUrl(cluster);
  if (server === "") return `Cannot reimport cluster ${name}, no serverUrl property`;
  const token = usableToken(minor, tokens);
  if (token === undefined) {
    return tokens.length === 0
      ? `No suitable MSA secret found for cluster (${name})`
      : `Skip creating auto-import-secret for cluster (${name}), its MSA secret has expired`;
  }
  await world.create("secrets", {
    metadata: { name: "auto-import-secret", namespace: name },
    type: "Opaque",
    data: { autoImportRetry: btoa("5"), server: btoa(server), token: token.data?.["token"] ?? "" },
  });
  if (minor >= 14) await world.patch("managedClusters", cluster, { metadata: { annotations: { [immediate]: "" } } });
  return undefined;
}
