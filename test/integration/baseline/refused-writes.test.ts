import { afterEach, describe, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { assetOf, assetsWith, BaselineBench, descheduler, eventsIn } from "./support/baseline-bench.ts";
import { deschedulerAsset, deschedulerTarget, liveInterval, userDescheduler } from "./support/descheduler.ts";
import { valuesOf } from "./support/metric-series.ts";
import { storedState } from "./support/stored-state.ts";

const minute = 60_000;
const webhook = "descheduler.example.com";

/** A webhook that must allow each write of a KubeDescheduler, and that nobody answers for. */
async function installUnreachableWebhook(bench: BaselineBench): Promise<void> {
  await bench.create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: webhook },
    webhooks: [
      {
        name: webhook,
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        // Nothing listens on the port of the service multiplexer.
        clientConfig: { url: "https://127.0.0.1:1/validate" },
        rules: [
          {
            apiGroups: ["operator.openshift.io"],
            apiVersions: ["v1"],
            resources: ["kubedeschedulers"],
            operations: ["CREATE", "UPDATE"],
          },
        ],
      },
    ],
  });
  const attempt = JSON.stringify({ ...userDescheduler({}), metadata: { name: "probe", namespace: "openshift-cnv" } });
  // The server goes by a new webhook after a moment.
  await eventually(async () => {
    const created = bench.server.kubectl(["create", "--dry-run=server", "-f", "-"], attempt);
    await expect(created).rejects.toThrow(webhook);
  });
}

describe("an admission webhook that cannot be reached", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  test(
    "B-12-13 fails the descheduler when it is tried, which costs no token, and no other asset",
    async () => {
      bench = await BaselineBench.open();
      await bench.create(userDescheduler({}));
      await installUnreachableWebhook(bench);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(3);
      expect(assetsWith(run, "failed")).toEqual([deschedulerAsset]);
      expect(assetOf(run, deschedulerAsset).error).toContain(`failed calling webhook "${webhook}"`);
      expect(run.stderr).toContain("was refused when it was tried");
      expect(assetsWith(run, "applied")).toHaveLength(9);
      expect(valuesOf(run, "compliance_status", "KubeDescheduler")).toEqual({ cluster: 0 });
      expect(eventsIn(run).filter((event) => event.endsWith(deschedulerTarget))).toEqual([]);
      const { buckets } = await storedState(bench);
      expect(Object.keys(buckets)).toContain("MachineConfig/90-worker-swap-online");
      expect(Object.keys(buckets)).not.toContain(deschedulerTarget);
      expect(await liveInterval(bench)).toBe(300);
    },
    2 * minute,
  );

  test(
    "B-12-13 fails the descheduler when it is made where there is none: a real write, which costs a token",
    async () => {
      bench = await BaselineBench.open();
      await installUnreachableWebhook(bench);
      const run = await bench.reconcile();
      expect(run.exitCode).toBe(3);
      expect(assetsWith(run, "failed")).toEqual([deschedulerAsset]);
      expect(eventsIn(run).filter((event) => event.endsWith(deschedulerTarget))).toEqual([
        `ApplyFailed ${deschedulerTarget}`,
      ]);
      expect(assetsWith(run, "applied")).toHaveLength(9);
      expect(valuesOf(run, "compliance_status", "KubeDescheduler")).toEqual({ cluster: 0 });
      expect(Object.keys((await storedState(bench)).buckets)).toContain(deschedulerTarget);
      expect(await bench.find(descheduler)).toBeUndefined();
    },
    2 * minute,
  );
});
