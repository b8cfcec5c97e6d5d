import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { systemClock } from "../../../../steps/lib/clock/system-clock.ts";
import type { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { acquireLease, type HeldLease } from "../../../../steps/lib/state/lease.ts";
import { type Lease, leases } from "../../../../steps/lib/state/lease-object.ts";
import { eventually } from "../../../support/eventually.ts";
import { freshName, openTwoClients, recordingLog, signal, type TwoClients } from "./test-client.ts";

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
