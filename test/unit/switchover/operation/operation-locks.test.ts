import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { systemClock, systemRandom } from "../../../../steps/lib/clock/system-clock.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import type { Lease } from "../../../../steps/lib/state/lease-object.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { type LockRequest, takeLocks } from "../../../../steps/switchover/operation/operation-locks.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";
import { kubeError } from "../../lib/kube/fixtures.ts";
import { recordingLogger, temporaryFolders } from "../../lib/state/state-fixtures.ts";

/** A hub that keeps one lease. */
class Hub {
  lease: Lease | undefined;
  /** What becomes of the next look at the lease. */
  look: (() => void) | undefined;

  readonly client = {
    serverVersion: async () => ({ gitVersion: "v1.35.0", serverTime: Date.now() }),
    find: async (_resource: unknown, _ref: unknown, { signal }: { readonly signal: AbortSignal }) => {
      this.look?.();
      signal.throwIfAborted();
      return this.lease;
    },
    create: async (_resource: unknown, body: Lease) => {
      this.lease = body;
      return body;
    },
    delete: async (_resource: unknown, _ref: unknown, { signal }: { readonly signal: AbortSignal }) => {
      signal.throwIfAborted();
      this.lease = undefined;
    },
  } as unknown as KubeClient; // nothing else is asked of it
}

describe("the locks of an operation", () => {
  const folder = temporaryFolders();

  function request(hubs: readonly Hub[], stop: AbortController): LockRequest & { readonly lines: readonly string[] } {
    const { log, lines } = recordingLogger();
    const run = { name: "run", uid: "uid-1", taskRun: "", inTekton: false, toolVersion: "0.0.0-test" };
    return {
      context: {
        clock: systemClock,
        random: systemRandom,
        log,
        run,
        signal: stop.signal,
        connect: () => Promise.reject(new Error("there is no other cluster")),
      },
      clients: hubs.map(({ client }) => client),
      namespaces: defaultNamespaces,
      tuning: tuningDefaults,
      stateFile: join(folder(), "state.json"),
      operationId: "operation-1",
      onLost: () => {},
      lines,
    };
  }

  test("are given back by a run that is told to stop while it takes them", async () => {
    const [first, second] = [new Hub(), new Hub()];
    const stop = new AbortController();
    second.look = () => stop.abort(new Error("terminated"));
    const asked = request([first, second], stop);
    await expect(takeLocks(asked)).rejects.toThrow("terminated");
    expect(first.lease).toBeUndefined();
    expect(existsSync(`${asked.stateFile}.lock`)).toBe(false);
    expect(asked.lines.filter((line) => line.includes("could not be given back"))).toEqual([]);
  });

  test("are given back on one hub, and beside the state, where the other hub does not answer any more", async () => {
    const [first, second] = [new Hub(), new Hub()];
    const asked = request([first, second], new AbortController());
    const locks = await takeLocks(asked);
    first.look = () => {
      throw kubeError("Unreachable", {}, "get");
    };
    await expect(locks.release(new AbortController().signal)).rejects.toMatchObject({ reason: "Unreachable" });
    expect(second.lease).toBeUndefined();
    expect(existsSync(`${asked.stateFile}.lock`)).toBe(false);
  });
});
