import { expect, test } from "@jest/globals";
import type { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { acquireLease, type HeldLease } from "../../../../steps/lib/state/lease.ts";
import type { Lease } from "../../../../steps/lib/state/lease-object.ts";
import { kubeError } from "../kube/fixtures.ts";
import { passUntil, recordingLogger, SettableClock } from "./state-fixtures.ts";

const durationSeconds = 120;
const renewEveryMs = 10_000;

/** One run that holds a lease, and the server that keeps it. */
class Hub {
  readonly clock = new SettableClock();
  readonly begin = this.clock.monotonic();
  readonly losses: { readonly error: FairleadError; readonly at: number }[] = [];
  renewTimes: string[] = [];
  /** How long a renewal lasts until it has failed for good, with all its tries; ms. */
  failsAfterMs: number | undefined;
  answersAfterMs = 0;
  whenRenewed: (() => void) | undefined;
  whenCreated: ((lease: Lease) => void) | undefined;
  /** The lease as the server has it, where a test looks at that. */
  kept: Lease | undefined;
  readonly stop = new AbortController();

  private readonly client: Partial<KubeClient> = {
    name: "primary",
    serverVersion: async () => ({ gitVersion: "v1.35.0", serverTime: this.clock.monotonic() }),
    find: async () => this.kept as never, // nothing else is looked for
    create: async (_resource, body) => {
      this.whenCreated?.(body as Lease); // nothing else is made here
      return body;
    },
    delete: async () => {
      this.kept = undefined;
      return "deleting";
    },
    replace: async (_resource, body, { signal }) => {
      this.whenRenewed?.();
      if (this.failsAfterMs !== undefined) {
        await this.clock.sleep(this.failsAfterMs, signal);
        throw kubeError("Timeout");
      }
      await this.clock.sleep(this.answersAfterMs, signal);
      this.renewTimes.push((body as Lease).spec?.renewTime ?? ""); // nothing else is replaced here
      return body;
    },
  };

  async hold(): Promise<HeldLease> {
    const taken = await acquireLease({
      client: this.client as KubeClient, // nothing else is asked of it
      namespace: "openshift-cnv",
      name: "lock",
      holder: "run-1",
      durationSeconds,
      renewEveryMs,
      clock: this.clock,
      log: recordingLogger().log,
      signal: this.stop.signal,
      onLost: (error) => this.losses.push({ error, at: this.clock.monotonic() - this.begin }),
    });
    if (taken.state !== "held") throw new Error(taken.warning);
    return taken.lease;
  }
}

test("a lease is given up before another holder may take it, however long its renewal is tried", async () => {
  const hub = new Hub();
  hub.failsAfterMs = 65_000;
  const lease = await hub.hold();
  await passUntil(hub.clock, () => hub.losses.length > 0);
  const [lost] = hub.losses;
  expect(lost?.error.text.id).toBe("STATE-12");
  expect(lost?.at).toBe(0.9 * durationSeconds * 1000);
  await lease.detach();
});

test.each([
  ["back", -300_000],
  ["forward", 300_000],
])("a lease is renewed by the server's clock after this machine's was set %s", async (_way, ahead) => {
  const hub = new Hub();
  const lease = await hub.hold();
  await passUntil(hub.clock, () => hub.renewTimes.length === 1);
  hub.clock.ahead = ahead;
  await passUntil(hub.clock, () => hub.renewTimes.length === 3);
  expect(hub.renewTimes.map((time) => Date.parse(time) - hub.begin)).toEqual([10_000, 20_000, 30_000]);
  await lease.detach();
});

test("a lease that nobody took is kept by a holder that stood still for long", async () => {
  const hub = new Hub();
  const lease = await hub.hold();
  hub.answersAfterMs = 1_000;
  hub.clock.pass(10 * durationSeconds * 1000);
  await passUntil(hub.clock, () => hub.renewTimes.length === 2);
  expect(hub.losses).toEqual([]);
  await lease.detach();
});

test("a lease that was taken while its run was told to stop is given back", async () => {
  const hub = new Hub();
  hub.whenCreated = (lease) => {
    hub.kept = lease;
    hub.stop.abort(new Error("terminated"));
    hub.stop.signal.throwIfAborted();
  };
  await expect(hub.hold()).rejects.toThrow("terminated");
  expect(hub.kept).toBeUndefined();
});

test("a lease that an earlier Task of the run has taken stays where the next one is told to stop", async () => {
  const hub = new Hub();
  const time = new Date(hub.begin - 60_000).toISOString();
  const spec = { holderIdentity: "run-1", acquireTime: time, renewTime: time };
  hub.kept = { metadata: { name: "lock", namespace: "openshift-cnv" }, spec };
  hub.whenRenewed = () => {
    hub.stop.abort(new Error("terminated"));
    hub.stop.signal.throwIfAborted();
  };
  await expect(hub.hold()).rejects.toThrow("terminated");
  expect(hub.kept?.spec).toEqual(spec);
});
