import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import type { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { withOverrides } from "../../../../steps/lib/kube/with-overrides.ts";
import { acquireLease, type HeldLease } from "../../../../steps/lib/state/lease.ts";
import { type Lease, leases } from "../../../../steps/lib/state/lease-object.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { takeLocks } from "../../../../steps/switchover/operation/operation-locks.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { eventually } from "../../../support/eventually.ts";
import { freshName, open, openTwoClients, recordingLog, signal, type TwoClients } from "./test-client.ts";

const namespace = "default";

let bench: TwoClients;
let hub: TwoClients["hub"];
let client: KubeClient;
/** Changes the world beside the client under test. */
let others: KubeClient;
beforeAll(async () => {
  bench = await openTwoClients();
  ({ hub, client, others } = bench);
}, 240_000);
afterAll(() => bench?.close());

interface Held {
  readonly name: string;
  readonly lease: HeldLease;
  readonly losses: readonly FairleadError[];
}

/** A lease of `this-run` that is renewed ten times in a second. */
async function hold(): Promise<Held> {
  const name = freshName("lease");
  const losses: FairleadError[] = [];
  const outcome = await acquireLease({
    client,
    namespace,
    name,
    holder: "this-run",
    clock: systemClock,
    log: recordingLog().log,
    signal,
    onLost: (error) => losses.push(error),
    renewEveryMs: 100,
  });
  if (outcome.state !== "held") throw new Error(outcome.warning);
  return { name, lease: outcome.lease, losses };
}

async function look(name: string): Promise<Lease> {
  return await others.get(leases, { namespace, name }, { signal });
}

async function untilRenewedAfter(name: string, time: string): Promise<void> {
  await eventually(async () => {
    expect((await look(name)).spec?.renewTime?.localeCompare(time)).toBe(1);
  });
}

function timeOf({ spec }: Lease): string {
  return spec?.renewTime ?? "";
}

async function verbsOn(name: string): Promise<readonly string[]> {
  return (await hub.auditEvents()).filter(({ objectRef }) => objectRef?.name === name).map(({ verb }) => verb);
}

describe("a held lease", () => {
  test("is renewed by one request at a time while nobody else touches it", async () => {
    const { name, lease } = await hold();
    await eventually(async () => {
      expect((await verbsOn(name)).filter((verb) => verb === "update").length).toBeGreaterThanOrEqual(3);
    });

    await lease.detach();

    // Looked for once, before it was made.
    expect((await verbsOn(name)).filter((verb) => verb !== "update")).toEqual(["get", "create"]);
  });

  test("goes on after the next Task of the same holder has renewed it too", async () => {
    const { name, lease, losses } = await hold();
    const touched = { metadata: { annotations: { touched: "by the next Task" } } };
    await others.mergePatch(leases, { namespace, name }, touched, { signal });

    await untilRenewedAfter(name, timeOf(await look(name)));

    await lease.detach();
    expect(losses).toEqual([]);
    expect((await look(name)).metadata.annotations).toEqual(touched.metadata.annotations);
  });

  test("is made anew where somebody deleted it", async () => {
    const { name, lease, losses } = await hold();
    await others.delete(leases, { namespace, name }, { signal });

    await eventually(async () => {
      expect((await look(name)).spec?.holderIdentity).toBe("this-run");
    });

    await lease.detach();
    expect(losses).toEqual([]);
  });

  test("that another holder took is lost, once, and stays the other's", async () => {
    const { name, lease, losses } = await hold();
    const spec = { holderIdentity: "another-run", renewTime: "2026-01-01T00:00:00.000000Z" };
    await others.mergePatch(leases, { namespace, name }, { spec }, { signal });

    await eventually(async () => expect(losses).toHaveLength(1));

    await lease.release(signal);
    expect(losses[0]?.text).toEqual({
      id: "STATE-12",
      what: `this run lost Lease ${namespace}/${name} on "primary"`,
      why: '"another-run" took it at 2026-01-01T00:00:00.000000Z',
      fix: "let the other operation end, then resume this one",
    });
    expect((await look(name)).spec?.holderIdentity).toBe("another-run");
  });

  test("goes with its release", async () => {
    const { name, lease } = await hold();

    await lease.release(signal);

    expect(await others.find(leases, { namespace, name }, { signal })).toBeUndefined();
  });
});

describe("a lease that was made when its run was told to stop", () => {
  const told = new Error("told to stop");

  /** The server has made it by then; its answer comes afterwards, or not at all. */
  async function takeAndStop(answer: "comes" | "is lost") {
    const name = freshName("lease");
    const stop = new AbortController();
    const stopping = withOverrides(client, {
      create: async (resource, body, options) => {
        const made = await client.create(resource, body, { ...options, signal });
        stop.abort(told);
        if (answer === "is lost") await systemClock.sleep(60_000, options.signal);
        options.signal.throwIfAborted();
        return made;
      },
    });
    const clock = { ...systemClock, sleep: (_ms: number, until: AbortSignal) => systemClock.sleep(10, until) };
    const log = recordingLog();
    const onLost = (): void => undefined;
    const given = { client: stopping, namespace, name, holder: "this-run", onLost, log: log.log };
    const taken = acquireLease({ ...given, clock: answer === "comes" ? systemClock : clock, signal: stop.signal });
    return { name, taken };
  }

  test("is known to be held where the server still answers, and goes with its release", async () => {
    const { name, taken } = await takeAndStop("comes");
    const outcome = await taken;
    if (outcome.state !== "held") throw new Error(outcome.warning);

    await outcome.lease.release(signal);

    expect(await others.find(leases, { namespace, name }, { signal })).toBeUndefined();
  });

  test("is taken back where no answer comes", async () => {
    const { name, taken } = await takeAndStop("is lost");

    await expect(taken).rejects.toBe(told);

    expect(await others.find(leases, { namespace, name }, { signal })).toBeUndefined();
  });
});

describe("the locks of an operation that is stopped while it takes them", () => {
  let folder: string;
  /** A hub that takes connections and answers nobody. */
  let silent: Server;
  let unanswered: KubeClient;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-locks-"));
    silent = createServer((socket) => void socket.on("error", () => socket.destroy()).resume());
    await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
    const { port } = silent.address() as AddressInfo; // listens on TCP
    const cluster = { server: `https://127.0.0.1:${port}` };
    const kubeconfig = {
      clusters: [{ name: "silent", cluster }],
      users: [{ name: "silent", user: { token: "nobody-reads-it" } }],
      contexts: [{ name: "silent", context: { cluster: "silent", user: "silent" } }],
      "current-context": "silent",
    };
    const file = join(folder, "kubeconfig");
    await writeFile(file, JSON.stringify(kubeconfig), { mode: 0o600 });
    unanswered = (await open(file)).client;
  });
  afterAll(async () => {
    await unanswered.close();
    await new Promise((closed) => silent.close(closed));
    await rm(folder, { recursive: true });
  });

  test("are free at once: the lease of the hub that answers, and the lock beside the state", async () => {
    const stop = new AbortController();
    const run = { name: "run-1", uid: "run-1", taskRun: "", inTekton: false, toolVersion: "0.0.0" };
    const connect = () => Promise.reject(new Error("nobody is to be asked for another run"));
    const { log } = recordingLog();
    const taking = takeLocks({
      context: { clock: systemClock, random: systemRandom, connect, log, run, signal: stop.signal },
      clients: [client, unanswered],
      namespaces: { ...defaultNamespaces, backup: namespace },
      tuning: tuningDefaults,
      stateFile: join(folder, "state", "stopped.json"),
      operationId: "stopped",
      onLost: () => undefined,
    });
    const ended = expect(taking).rejects.toThrow("stopped by hand");
    const lease = { namespace, name: "acm-switchover" };
    await eventually(async () => expect(await others.find(leases, lease, { signal })).toBeDefined());

    stop.abort(new Error("stopped by hand"));
    await ended;

    expect(await others.find(leases, lease, { signal })).toBeUndefined();
    expect(await readdir(join(folder, "state"))).toEqual([]);
  });
});
