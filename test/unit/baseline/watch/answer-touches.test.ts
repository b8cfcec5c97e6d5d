import { expect, test } from "@jest/globals";
import type { LoadedAssets } from "../../../../steps/baseline/catalog/load-assets.ts";
import { durationMs } from "../../../../steps/baseline/duration.ts";
import { requestOf } from "../../../../steps/baseline/reconcile/request-of.ts";
import { baselineStateSchema } from "../../../../steps/baseline/state/baseline-state.schema.ts";
import { answerTouches } from "../../../../steps/baseline/watch/answer-touches.ts";
import type { KubeClient } from "../../../../steps/lib/kube/types.ts";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";
import { JumpingClock } from "../../lib/kube/fixtures.ts";
import { recordingLogger } from "../../lib/state/state-fixtures.ts";

const request = requestOf({
  namespace: "openshift-cnv",
  assets: "",
  "dry-run": false,
  "require-opt-in": true,
  "detector-profile": "accurate",
  "related-images": "",
  "throttle-capacity": 10,
  "throttle-window": "1m",
  "repeat-threshold": 5,
  "repeat-window": "30m",
  "exclusion-on-error": "ignore",
});

test.each(["15m", "700h", "9999h"])(
  "changes are answered also by a watcher that waits %s for the lock",
  async (wait) => {
    const nothingThere: Partial<KubeClient> = { find: async () => undefined };
    const assets: Partial<LoadedAssets> = { assets: [], tombstones: [], files: {}, faults: [] };
    const answer = await answerTouches([{ what: "hco" }], {
      client: nothingThere as KubeClient, // without the CRD of HyperConverged nothing else is asked
      loaded: assets as LoadedAssets,
      validate: await compileValidator(baselineStateSchema),
      clock: new JumpingClock(),
      log: recordingLogger().log,
      signal: new AbortController().signal,
      request,
      lockWaitMs: durationMs(wait),
      pushgatewayUrl: "",
      toolVersion: "0.0.0-test",
      runId: () => "watch-1",
    });
    expect(answer).toEqual({ state: "done" });
  },
);
