import type { BaselineState } from "../../../../steps/baseline/state/baseline-state.ts";
import { peace } from "../../../../steps/baseline/throttle/edit-war.ts";
import {
  alertRules,
  type BaselineBench,
  descheduler,
  hyperConverged,
  monitoringPlugin,
  type Named,
  storedState,
  swapConfig,
} from "../../../integration/baseline/support/baseline-bench.ts";
import type { ProxiedBaseline } from "./proxied-baseline.ts";

/** Enough for every kind of write. */
export const autopilot = "hco-golden-config,swap-enable,descheduler-loadaware,monitoring-ui-plugin,prometheus-alerts";

/** Tokens do not come back while a test runs, and the second correction of a field is the last. */
export const slowly = ["--throttle-window", "10h", "--repeat-threshold", "2", "--repeat-window", "24h"] as const;

export const old: Named = { resource: "uiplugins.observability.openshift.io", name: "kubevirt-plugin" };
const label = "platform.kubevirt.io/managed-by";

/** Changes what the last run stored. */
export async function editState(bench: BaselineBench, change: (state: BaselineState) => BaselineState): Promise<void> {
  const text = JSON.stringify(change(await bench.storedState()));
  await bench.mergePatch(storedState, { data: { "state.json": text } });
}

async function fight(bench: BaselineBench): Promise<void> {
  const correction = { at: Date.now(), runId: "earlier", paths: ["/spec/monitoring/perses/enabled"] };
  await editState(bench, (state) => ({
    ...state,
    missingCrds: ["uiplugins.observability.openshift.io"],
    wars: { ...state.wars, "UIPlugin/monitoring": { ...peace, corrections: [correction, correction] } },
  }));
  await bench.mergePatch(monitoringPlugin, { spec: { monitoring: { perses: { enabled: false } } } });
}

/**
 * A platform that was kept, and then much was done to it: the HyperConverged lost its label, the descheduler and the plugin
 * were changed, of which the plugin is fought over, a MachineConfig is gone, the alerts are left to their user, and an object
 * of an earlier release is there.
 */
export async function disturb(platform: ProxiedBaseline): Promise<void> {
  const { bench } = platform;
  await platform.run({ flags: slowly });
  await bench.forgetState();
  await platform.run({ flags: slowly });
  await fight(bench);
  await bench.mergePatch(hyperConverged, { metadata: { labels: { [label]: null } } });
  await bench.mergePatch(descheduler, { spec: { deschedulingIntervalSeconds: 300 } });
  await bench.delete(swapConfig);
  await bench.annotate(alertRules, { mode: "unmanaged" });
  await bench.create({
    apiVersion: "observability.openshift.io/v1alpha1",
    kind: "UIPlugin",
    metadata: { name: old.name, labels: { [label]: "virt-platform-autopilot" } },
    spec: { type: "TroubleshootingPanel" },
  });
  await platform.keepScene();
}
