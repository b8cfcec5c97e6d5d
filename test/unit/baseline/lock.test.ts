import { expect, test } from "@jest/globals";
import { takeLock } from "../../../steps/baseline/reconcile/lock.ts";
import type { KubeClient, KubeObject } from "../../../steps/lib/kube/types.ts";
import { claimedLease } from "../../../steps/lib/state/lease-object.ts";
import { passUntil, recordingLogger, SettableClock } from "../lib/state/state-fixtures.ts";

const minute = 60_000;

test.each([
  ["right", 0],
  ["ahead of the server's", 20 * minute],
])(
  "B-12-81 a run waits quietly for the lock of one that is at work, where this machine's clock is %s",
  async (_how, ahead) => {
    const clock = new SettableClock();
    clock.ahead = ahead;
    let looks = 0;
    const held = (): KubeObject =>
      claimedLease(
        { metadata: { name: "lock", namespace: "openshift-cnv" } },
        { holder: "another-run", durationSeconds: 120, now: clock.monotonic() },
      );
    interface Asked {
      readonly signal: AbortSignal;
      readonly project: (lease: KubeObject) => unknown;
    }
    const client = {
      name: "cluster",
      serverVersion: async () => ({ gitVersion: "v1.35.0", serverTime: clock.monotonic() }),
      find: async () => {
        looks += 1;
        return held();
      },
      list: async (_resource: unknown, _query: unknown, { project }: Asked) => ({ items: [project(held())] }),
      watch: async function* (_resource: unknown, _query: unknown, { signal, project }: Asked) {
        yield { type: "replaced", items: [project(held())] };
        // Its holder renews it.
        for (;;) {
          await clock.sleep(10_000, signal);
          yield { type: "modified", object: project(held()) };
        }
      },
    } as unknown as KubeClient; // nothing else is asked of it
    let ending: unknown;
    void takeLock({
      client,
      namespace: "openshift-cnv",
      holder: "this-run",
      waitMs: 10 * minute,
      clock,
      log: recordingLogger().log,
      signal: new AbortController().signal,
      onLost: () => {},
    }).catch((error: unknown) => {
      ending = error;
    });
    await passUntil(clock, () => ending !== undefined);
    expect(ending).toMatchObject({ text: { id: "STATE-11" } });
    // Before it waited, and after.
    expect(looks).toBe(2);
  },
);
