import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crdFolders, findCrdFiles } from "../cluster/hub/crd-files.ts";
import { type Simulator, startSimulator } from "../sim/simulator.ts";
import { claimSpokes } from "../sim/spokes.ts";
import { untilEstablished } from "./api-servers/until-established.ts";
import { type ApiServers, startApiServers, type TestApiServer } from "./api-servers.ts";
import { trimCrds } from "./hubs/crds-of-version.ts";
import { HubSeed } from "./hubs/hub-seed.ts";

export interface PairOptions {
  /** Imported clusters `c1` … ; default 2. */
  readonly clusters?: number;
  /** Clusters that Hive provisioned, `h1` … ; default 0. */
  readonly hive?: number;
  /** ACM version of both hubs; default 2.14.1. */
  readonly version?: string;
  /** Whether the pods of observability, where it is, are played; default false. */
  readonly observability?: boolean;
  /** Played seconds per real second; default 100. */
  readonly timeScale?: number;
}

/** Two hubs, a fleet on the first, backups that the second follows: ready to switch. */
export interface HealthyPair {
  readonly primary: TestApiServer;
  readonly secondary: TestApiServer;
  readonly ids: { readonly primary: string; readonly secondary: string };
  readonly simulators: { readonly primary: Simulator; readonly secondary: Simulator };
  readonly seeds: { readonly primary: HubSeed; readonly secondary: HubSeed };
  /** A folder of the test's own, removed at the end. */
  readonly folder: string;
  stop(): Promise<void>;
}

const hubNames = ["primary", "secondary"] as const;
export const backupNamespace = "open-cluster-management-backup";

export async function installCrds(server: TestApiServer, files: readonly string[]): Promise<void> {
  await server.kubectl(["apply", "--server-side", ...files.flatMap((file) => ["-f", file])]);
  await untilEstablished(server, "--all");
}

/** The API servers of two hubs with the CRDs of that version, and nothing else yet. */
export async function startHubServers(version: string): Promise<ApiServers> {
  const servers = await startApiServers(hubNames);
  try {
    const files = await findCrdFiles(await crdFolders([]));
    await Promise.all(
      hubNames.map(async (name) => {
        await installCrds(servers.server(name), files);
        await trimCrds(servers.server(name), version);
      }),
    );
    return servers;
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/** The fixed objects of both hubs, no operators yet. */
async function seedHubs(servers: ApiServers, version: string): Promise<HealthyPair["seeds"]> {
  const [primary, secondary] = await Promise.all(
    hubNames.map(async (name) => {
      const seed = await HubSeed.open(servers.server(name), `${name}-hub-id`, version);
      await seed.fixedObjects();
      return seed;
    }),
  );
  if (primary === undefined || secondary === undefined) throw new Error("two hubs were to be seeded");
  return { primary, secondary };
}

/** Two hubs on which nothing works: for measures of what only reads, and of bare writes. */
export async function startBareHubs(
  version: string,
  supply = startHubServers,
): Promise<{
  readonly servers: ApiServers;
  readonly seeds: HealthyPair["seeds"];
  readonly stop: () => Promise<void>;
}> {
  const servers = await supply(version);
  try {
    const seeds = await seedHubs(servers, version);
    return {
      servers,
      seeds,
      stop: async () => {
        seeds.primary.close();
        seeds.secondary.close();
        await servers.stop();
      },
    };
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

/**
 * The fixture of most scenarios. Real API servers; the operators of both hubs are played.
 *
 * @param supply where the API servers come from and, by their `stop`, go to
 */
export async function healthyPair(options: PairOptions = {}, supply = startHubServers): Promise<HealthyPair> {
  const version = options.version ?? "2.14.1";
  const folder = await mkdtemp(join(tmpdir(), "fairlead-pair-"));
  const bucket = join(folder, "bucket");
  const { servers, seeds, stop: stopHubs } = await startBareHubs(version, supply);
  const started: Simulator[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((simulator) => simulator.stop()));
    await stopHubs();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const imported = Array.from({ length: options.clusters ?? 2 }, (_, index) => `c${index + 1}`);
    const provisioned = Array.from({ length: options.hive ?? 0 }, (_, index) => `h${index + 1}`);
    await claimSpokes(bucket, [...imported, ...provisioned], seeds.primary.id);
    await seeds.primary.fleet(imported, provisioned);
    const start = async (name: "primary" | "secondary"): Promise<Simulator> => {
      const simulator = await startSimulator({
        kubeconfig: servers.server(name).kubeconfig(),
        acmVersion: version,
        play: [
          "operator",
          "velero",
          "clusters",
          "garbage",
          ...(options.observability ? (["observability"] as const) : []),
        ],
        bucket,
        timeScale: options.timeScale ?? 100,
      });
      started.push(simulator);
      return simulator;
    };
    const simulators = { primary: await start("primary"), secondary: await start("secondary") };
    await seeds.primary.backupSchedule();
    await seeds.primary.untilPhase("backupSchedules", "acm-hub-backup", "Enabled");
    await seeds.primary.untilBackupsCompleted(5);
    await seeds.secondary.untilBackupsCompleted(5);
    await seeds.secondary.passiveRestore();
    await seeds.secondary.untilPhase("restores", "restore-acm-passive-sync", "Enabled");
    return {
      primary: servers.server("primary"),
      secondary: servers.server("secondary"),
      ids: { primary: seeds.primary.id, secondary: seeds.secondary.id },
      simulators,
      seeds,
      folder,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
