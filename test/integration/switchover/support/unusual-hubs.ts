import type { ChildProcess } from "node:child_process";
import type { HealthyPair } from "../../../support/hubs.ts";
import { backupNamespace } from "../../../support/hubs.ts";
import { installOnBoth, observabilityNamespace as observability, observatoriumApi } from "./observability.ts";
import { written } from "./switchover-bench.ts";

const acm = "open-cluster-management";
const agent = "open-cluster-management-agent";
const heldBy = "test.example.com/hold";
const stale = "restore-acm-passive-sync";

function pod(name: string, namespace: string, label: string): string {
  return `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: ${namespace}, labels: { app.kubernetes.io/name: ${label} } }
spec: { containers: [{ name: main, image: none }] }
`;
}

/** What a run that died left behind: it is taken over by an update. */
const expiredLease = `
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: acm-switchover, namespace: ${backupNamespace} }
spec: { holderIdentity: died, leaseDurationSeconds: 60, renewTime: "2020-01-01T00:00:00.000000Z" }
`;

/** As the cluster c1 has it, played by the old hub's API server: its klusterlet obeys a third hub. */
const klusterlet = JSON.stringify({
  apiVersion: "v1",
  kind: "List",
  items: [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: agent } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "hub-kubeconfig-secret", namespace: agent },
      stringData: {
        "cluster-name": "c1",
        kubeconfig: JSON.stringify({ clusters: [{ name: "hub", cluster: { server: "https://third.example.com" } }] }),
      },
    },
  ],
});

/** Both hubs have observability, a Lease of a dead run and, each, things that a run must remove or wait for. */
export async function furnish(pair: HealthyPair): Promise<void> {
  const { primary, secondary, seeds } = pair;
  pair.simulators.primary.inject({ kind: "metrics-held" });
  await installOnBoth(pair);
  const pods = [pod("compactor-1", observability, "thanos-compact"), pod("grafana-1", observability, "grafana")];
  await primary.kubectl(["apply", "-f", "-"], [...pods, expiredLease].join("---"));
  await primary.kubectl(["apply", "-f", "-"], klusterlet);
  await secondary.kubectl(["apply", "-f", "-"], `${pod("held-1", acm, "held")}---${expiredLease}`);
  // The new hub keeps a schedule of its own, paused, and with a flag that is given back after the first backup.
  await seeds.secondary.backupSchedule({ paused: true, noBackupOnStart: true });
  await seeds.secondary.untilPhase("backupSchedules", "acm-hub-backup", "Paused");
  // The old hub was passive once: its Restore ended when its schedule was made.
  await seeds.primary.passiveRestore();
  await seeds.primary.untilPhase("restores", stale, "FinishedWithErrors");
  // Its operator takes a moment to see that the Restore beside it hinders it no longer.
  await seeds.primary.untilPhase("backupSchedules", "acm-hub-backup", "Enabled");
  await primary.kubectl(restorePatch([heldBy]));
}

function restorePatch(finalizers: readonly string[]): readonly string[] {
  const patch = JSON.stringify({ metadata: { finalizers: finalizers.length === 0 ? null : finalizers } });
  return [
    "-n",
    backupNamespace,
    "patch",
    `restores.cluster.open-cluster-management.io/${stale}`,
    "--type=merge",
    "-p",
    patch,
  ];
}

/** Arguments of kubectl that make a pod ready, or not. */
export function readiness(name: string, namespace: string, ready: boolean): readonly string[] {
  const conditions = [{ type: "Ready", status: ready ? "True" : "False" }];
  const patch = JSON.stringify({ status: { phase: "Running", conditions } });
  return ["-n", namespace, "patch", `pod/${name}`, "--subresource=status", "--type=merge", "-p", patch];
}

/** Holds the operators of both hubs, so that each wait of the run begins before what it waits for has happened. */
export function holdOperators({ simulators }: HealthyPair): void {
  simulators.primary.inject({ kind: "operator-down" });
  simulators.secondary.inject({ kind: "velero-down" });
  simulators.secondary.inject({ kind: "metrics-held" });
  simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
}

/** Lets what a wait of the run waits for happen once that wait has been seen to begin. */
export async function letHappen(child: ChildProcess, pair: HealthyPair): Promise<void> {
  const { primary, secondary, simulators } = pair;
  const once = async (text: string, happen: () => unknown): Promise<void> => {
    await written(child, text);
    await happen();
  };
  await Promise.all([
    once('"step":"final_backup","msg":"waiting: not yet on the new hub', () =>
      simulators.secondary.clear("velero-down"),
    ),
    // The passive Restore has taken the last backup in by then.
    once('"step":"set_auto_import_strategy"', () => simulators.secondary.inject({ kind: "velero-down" })),
    once("waiting: still running: compactor-1", () =>
      primary.kubectl(["-n", observability, "delete", "pod", "compactor-1", "--force", "--grace-period=0"]),
    ),
    once(`0 of 2 pods of ${observatoriumApi} are Ready`, () => simulators.secondary.clear("metrics-held")),
    once("still there: pods grafana-1", () =>
      primary.kubectl(["-n", observability, "delete", "pod", "grafana-1", "--force", "--grace-period=0"]),
    ),
    once("Velero Schedules still running", () => simulators.primary.clear("operator-down")),
    once('"step":"wait_restore_completion","msg":"waiting: ', async () => {
      await secondary.kubectl(readiness("velero-1", backupNamespace, false));
      simulators.primary.inject({ kind: "velero-down" });
      simulators.secondary.clear("velero-down");
    }),
    once("clusters connected; waiting for c1", () => simulators.secondary.clear("cluster-never-connects")),
    once("waiting: 1 pods, none ready", () => secondary.kubectl(readiness("velero-1", backupNamespace, true))),
    once("pod held-1 is Pending", () => secondary.kubectl(readiness("held-1", acm, true))),
    once(`finalizers: ${heldBy}`, () => primary.kubectl(restorePatch([]))),
    once("backup is not the new hub's yet", () => simulators.primary.clear("velero-down")),
  ]);
}
