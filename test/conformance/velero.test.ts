import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "@jest/globals";
import { environmentOptions } from "../cluster/hub/hubs-options.ts";
import { type Hubs, startHubs } from "../cluster/hub/start-hubs.ts";
import { VeleroHub } from "../support/velero-hub.ts";
import { type VeleroPair, veleroStatements } from "../support/velero-statements.ts";

// The queue is looked at once a minute, the storage copied once a minute, schedules once a minute.
const patienceMs = 240_000;

let scratch: string;
let hubs: Hubs;
let reached: readonly VeleroHub[];
let pair: VeleroPair;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "fairlead-conformance-"));
  hubs = await startHubs({ ...(await environmentOptions(process.env)), folder: join(scratch, "hubs") });
  const [primary, secondary] = [hubs.hub("primary"), hubs.hub("secondary")];
  const [first, second] = await Promise.all(
    [primary, secondary].map((hub) => VeleroHub.open(hub.kubeconfig(), patienceMs)),
  );
  if (first === undefined || second === undefined) throw new Error("two hubs were to be reached");
  reached = [first, second];
  pair = {
    first,
    second,
    loseStorage: () => hubs.storage.kill("versitygw"),
    recoverStorage: () => hubs.storage.start("versitygw"),
    stopVelero: () => secondary.kill("velero"),
    startVelero: () => secondary.start("velero"),
  };
}, 600_000);

afterAll(async () => {
  for (const hub of reached ?? []) hub.close();
  await hubs?.stop();
  await rm(scratch, { recursive: true, force: true });
}, 60_000);

describe("real Velero keeps what the played one does", () => {
  test.each(veleroStatements)("$sentence", (statement) => statement.holds(pair), 3 * patienceMs);
});
