import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { runMetrics } from "../../../steps/baseline/metrics/run-metrics.ts";
import { pushMetricsOf } from "../../../steps/baseline/reconcile/push-metrics-of.ts";
import type { AssetRecord, RunRecord } from "../../../steps/baseline/run/run-record.ts";
import { emptyState } from "../../../steps/baseline/state/baseline-state.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { freePort } from "../../support/api-servers/free-port.ts";
import { eventually } from "../../support/eventually.ts";
import { assetRecord, failedAt, runRecord } from "../../unit/baseline/support/run-records.ts";
import { recordingLogger } from "../../unit/lib/state/state-fixtures.ts";

const minute = 60_000;

let pushgateway: string;
beforeAll(async () => {
  pushgateway = (await ensurePrograms(["prometheus"]))["pushgateway"] ?? "";
  // The cache of programs may be empty: Prometheus' own gateway is built then.
}, 30 * minute);

describe("the metrics of runs at Prometheus' own gateway", () => {
  let gateway: ChildProcess;
  let gone: Promise<unknown>;
  let url: string;

  beforeEach(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    gateway = spawn(pushgateway, [`--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
    // It may end by itself: whoever listens for that later waits for ever.
    gone = new Promise((resolve) => gateway.once("close", resolve));
    await eventually(async () => expect((await fetch(`${url}/-/ready`)).status).toBe(200));
  }, minute);

  afterEach(async () => {
    gateway.kill("SIGTERM");
    await gone;
  });

  /** What the push of a run tells the log. */
  async function push(change: Partial<RunRecord>): Promise<readonly string[]> {
    const { log, lines } = recordingLogger();
    const record = runRecord(change);
    const text = runMetrics(record, { ...emptyState, lastSuccessAt: 5_000 }, "1.2.3");
    await pushMetricsOf({ record }, text, { url: `${url}/`, log, signal: AbortSignal.timeout(minute) });
    return lines;
  }

  async function compliance(): Promise<readonly string[]> {
    const text = await (await fetch(`${url}/metrics`)).text();
    return text.split("\n").filter((line) => line.startsWith("kubevirt_autopilot_compliance_status{"));
  }

  const fine: AssetRecord = assetRecord("fine", { result: "unchanged" });
  const broken: AssetRecord = assetRecord("broken", failedAt("apply"));

  test(
    "B-12-82 are taken as they are, with every label of their own",
    async () => {
      expect(await push({ assets: [fine, broken] })).toEqual([
        `info metrics pushed to ${url}/metrics/job/virt-platform-autopilot`,
      ]);
      const job = 'instance="",job="virt-platform-autopilot",kind="MachineConfig"';
      expect(await compliance()).toEqual([
        `kubevirt_autopilot_compliance_status{${job},name="broken",namespace=""} 0`,
        `kubevirt_autopilot_compliance_status{${job},name="fine",namespace=""} 1`,
      ]);
    },
    minute,
  );

  test(
    "are gone with the next run where it says nothing of them",
    async () => {
      await push({ assets: [fine, broken] });
      await push({ assets: [fine] });
      expect(await compliance()).toEqual([expect.stringContaining('name="fine"')]);
    },
    minute,
  );

  test(
    "stay when a run looks at a part of the baseline, since it knows nothing of the rest",
    async () => {
      await push({ assets: [fine, broken] });
      const lines = await push({ assets: [fine], scope: "listed" });
      expect(lines).toEqual([expect.stringContaining("looked at a part of the baseline only")]);
      expect(await compliance()).toHaveLength(2);
    },
    minute,
  );
});
