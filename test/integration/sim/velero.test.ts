import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { crdFolders, findCrdFiles } from "../../cluster/hub/crd-files.ts";
import { type Simulator, startSimulator } from "../../sim/simulator.ts";
import { startApiServers, type TestApiServer } from "../../support/api-servers.ts";
import { HubSeed } from "../../support/hubs/hub-seed.ts";
import { installCrds } from "../../support/hubs.ts";
import { VeleroHub } from "../../support/velero-hub.ts";
import { type VeleroPair, veleroStatements } from "../../support/velero-statements.ts";

const patienceMs = 90_000;

let servers: Awaited<ReturnType<typeof startApiServers>>;
let folder: string;
let simulators: readonly Simulator[];
let hubs: readonly VeleroHub[];
let pair: VeleroPair;

async function play(server: TestApiServer): Promise<Simulator> {
  await installCrds(server, await findCrdFiles(await crdFolders([])));
  const seed = await HubSeed.open(server, `${server.name}-hub`, "2.16");
  await seed.fixedObjects();
  seed.close();
  return await startSimulator({
    kubeconfig: server.kubeconfig(),
    acmVersion: "2.16.1",
    play: ["velero", "garbage"],
    bucket: join(folder, "bucket"),
    timeScale: 100,
    clock: true,
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-velero-"));
  servers = await startApiServers(["first", "second"]);
  const [first, second] = [servers.server("first"), servers.server("second")];
  simulators = await Promise.all([play(first), play(second)]);
  const open = (server: TestApiServer) => VeleroHub.open(server.kubeconfig(), patienceMs);
  const [one, two] = [await open(first), await open(second)];
  hubs = [one, two];
  pair = {
    first: one,
    second: two,
    async loseStorage() {
      for (const simulator of simulators) simulator.inject({ kind: "storage-unavailable" });
    },
    async recoverStorage() {
      for (const simulator of simulators) simulator.clear();
    },
    async stopVelero() {
      simulators[1]?.inject({ kind: "velero-down" });
    },
    async startVelero() {
      simulators[1]?.clear();
    },
  };
});

afterAll(async () => {
  await Promise.all((simulators ?? []).map((simulator) => simulator.stop()));
  for (const hub of hubs ?? []) hub.close();
  await servers?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("the played Velero keeps what the real one does", () => {
  test.each(veleroStatements)("$sentence", (statement) => statement.holds(pair), 2 * patienceMs);
});
