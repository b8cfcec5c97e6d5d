import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts";
import { BaselineBench, descheduler, swapConfig } from "./support/baseline-bench.ts";
import { Watcher } from "./support/watcher.ts";
import { createWatcherAccount, watcherUser } from "./support/watcher-account.ts";

const minute = 60_000;

describe("the watcher as a process", () => {
  let bench: BaselineBench;
  let account: string;
  let watcher: Watcher | undefined;
  let proxy: FaultProxy | undefined;

  beforeAll(async () => {
    bench = await BaselineBench.open();
    account = await createWatcherAccount(bench);
  }, 2 * minute);

  afterEach(async () => {
    await watcher?.stop();
    await proxy?.stop();
    [watcher, proxy] = [undefined, undefined];
  });

  afterAll(() => bench.close(), 2 * minute);

  test(
    "needs no permission beyond those that are installed with it, and each kind's watch",
    async () => {
      watcher = new Watcher(account);
      await watcher.says("reconciling all assets");
      await eventually(async () => expect(await bench.find(swapConfig)).toBeDefined());
      const events = await bench.server.auditEvents();
      const own = events.filter(({ user }) => user.username === watcherUser);
      expect(own.filter(({ responseStatus }) => responseStatus?.code === 403)).toEqual([]);
      expect(own.some(({ verb }) => verb === "watch")).toBe(true);
    },
    2 * minute,
  );

  test(
    "ends when its pod is stopped, and leaves no lock behind",
    async () => {
      watcher = new Watcher(account);
      await watcher.says("reconciling all assets");
      expect((await watcher.stop()).exitCode).toBe(143);
      const leases = ["get", "leases.coordination.k8s.io", "-n", "openshift-cnv", "-o", "name"];
      expect(await bench.server.kubectl(leases)).toBe("");
    },
    2 * minute,
  );

  test(
    "sees what changed while the API server could not be reached",
    async () => {
      proxy = await startFaultProxy({ target: bench.server.url, targetAuthority: bench.server.caFile });
      watcher = new Watcher(await proxy.kubeconfig(account));
      // A run that was at work would correct the descheduler, seen or not.
      await watcher.rests();
      const from = watcher.lines.length;
      await proxy.goDown();
      await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
      await proxy.comeUp();
      await watcher.says("reconciling descheduler-loadaware", from);
      await eventually(async () => {
        expect(await bench.get(descheduler)).toMatchObject({ spec: { deschedulingIntervalSeconds: 60 } });
      });
    },
    2 * minute,
  );

  test(
    "ends with the permission that is missing where it may not follow a kind",
    async () => {
      await bench.server.kubectl(["delete", "clusterrolebinding", "baseline-watcher"]);
      const blind = new Watcher(account);
      const { exitCode, stderr } = await blind.end();
      expect(exitCode).not.toBe(0);
      expect(stderr).toContain("watch customresourcedefinitions");
      expect(stderr).toContain("baseline-watcher");
    },
    2 * minute,
  );
});
