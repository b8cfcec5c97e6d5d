import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { ended, written } from "../switchover/support/switchover-bench.ts";
import { assetsWith, BaselineBench, eventsIn, type Named } from "./support/baseline-bench.ts";
import { accountUser, createAccount } from "./support/generated-role.ts";
import { describeRule, grantedCalls, needlessRules, shippedRole } from "./support/role-rules.ts";

const minute = 60_000;
const image = "quay.io/example/exporter:1";
const old = { name: "kubevirt-plugin", labels: { "platform.kubevirt.io/managed-by": "virt-platform-autopilot" } };

/** Everything that a platform can opt in to on a cluster without nodes. */
const features = [
  "audit-logging",
  "fence-agents",
  "in-flight-operations",
  "incident-detection",
  "korrel8r",
  "ksm-zero-only",
  "kubelet-performance-settings",
  "kubevirt-metrics-exporter",
  "logging",
  "metallb",
  "mtv",
  "node-maintenance",
  "node-remediation",
  "snr-remediation",
  "thp-tuning",
  "vm-drain-shutdown-inhibitor",
];
const annotations = {
  ...Object.fromEntries(features.map((feature) => [`enable-${feature}`, "true"])),
  "fence-agents-config": JSON.stringify({ agent: "fence_ipmilan" }),
};

/** The storage class of logs goes by the provider, and a LokiStack without one is refused (Loki Operator). */
async function createInfrastructure(bench: BaselineBench): Promise<void> {
  const infrastructure: Named = { resource: "infrastructures.config.openshift.io", name: "cluster" };
  await bench.create({
    apiVersion: "config.openshift.io/v1",
    kind: "Infrastructure",
    metadata: { name: infrastructure.name },
    spec: { platformSpec: { type: "AWS" } },
  });
  const status = { platformStatus: { type: "AWS" }, controlPlaneTopology: "HighlyAvailable" };
  const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
  await bench.server.kubectl(["patch", infrastructure.resource, infrastructure.name, ...patch]);
}

/** What the account must hold to grant it to others: the server looks at that within a call, and no audit shows it. */
const heldToBeGranted = [
  "get list watch core persistentvolumeclaims, pods",
  "get kubevirt.io virtualmachineinstances",
  "use security.openshift.io securitycontextconstraints (kubevirt-metrics-exporter)",
  "bind rbac.authorization.k8s.io clusterroles (collect-application-logs, collect-audit-logs, collect-infrastructure-logs, logging-collector-logs-writer)",
];

/** Two rules grant the same, one for a look-up or the program and one for an asset; and Events of the core group. */
const alsoGrantedElsewhere = [
  "create core configmaps",
  "create list core configmaps",
  "create patch core events",
  "get core configmaps (cluster-monitoring-config)",
  "get fence-agents-remediation.medik8s.io fenceagentsremediationtemplates (fenceagentsremediationtemplate-default)",
  "get monitoring.coreos.com prometheusrules (descheduler-rules)",
];

describe("an account with the generated role and nothing else", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  async function refusals(): Promise<readonly string[]> {
    const events = await bench.server.auditEvents();
    return events
      .filter(({ user, responseStatus }) => user.username === accountUser && responseStatus?.code === 403)
      .map(({ verb, requestURI, responseStatus }) => `${verb} ${requestURI}: ${responseStatus?.message}`);
  }

  test(
    "B-12-79 applies every asset, bindings to roles of others included, and buries what is old (D32, D33)",
    async () => {
      bench = await BaselineBench.open({ annotations });
      await bench.create({
        apiVersion: "observability.openshift.io/v1alpha1",
        kind: "UIPlugin",
        metadata: { name: old.name, labels: old.labels },
        spec: { type: "TroubleshootingPanel" },
      });
      await bench.create({
        apiVersion: "remediation.medik8s.io/v1alpha1",
        kind: "NodeHealthCheck",
        metadata: { name: "virt-node-health-check", labels: old.labels },
        spec: { selector: { matchExpressions: [{ key: "node-role.kubernetes.io/worker", operator: "Exists" }] } },
      });
      await createInfrastructure(bench);
      const account = await createAccount(bench);
      const run = await bench.reconcileBy(account, "--related-images", `KUBEVIRT_METRICS_EXPORTER=${image}`);
      expect(run.summary.assets.flatMap(({ asset, error }) => (error === undefined ? [] : [{ asset, error }]))).toEqual(
        [],
      );
      expect(await refusals()).toEqual([]);
      expect(run.exitCode).toBe(0);
      expect(assetsWith(run, "applied").length).toBeGreaterThan(75);
      expect(eventsIn(run)).toContain("TombstoneDeleted UIPlugin/kubevirt-plugin");
      expect(eventsIn(run)).toContain("TombstoneDeleted NodeHealthCheck/virt-node-health-check");
      const bindings = await bench.server.kubectl(["get", "clusterrolebindings", "-o", "name"]);
      for (const name of ["application", "infrastructure", "logs-writer", "audit"]) {
        expect(bindings).toContain(`/logging-collector-${name}\n`);
      }
      // By a template that the same run has made.
      expect(assetsWith(run, "applied")).toContain("nhc-far");
      const second = await bench.reconcileBy(account, "--related-images", `KUBEVIRT_METRICS_EXPORTER=${image}`);
      expect(second.summary).toMatchObject({ outcome: "ok", counts: { applied: 0, failed: 0 } });
      expect(await refusals()).toEqual([]);
      // Each rule is needed: without it a call of these runs would be Forbidden.
      const granted = grantedCalls(await bench.server.auditEvents(), accountUser);
      expect(needlessRules((await shippedRole()).rules, granted).toSorted()).toEqual(
        [...alsoGrantedElsewhere, ...heldToBeGranted].toSorted(),
      );
    },
    3 * minute,
  );

  test(
    "B-12-79 D32 can neither make roles nor bind those of others without the rules that it holds for just that",
    async () => {
      bench = await BaselineBench.open({ annotations });
      const account = await createAccount(bench, (all) =>
        all.filter((rule) => !heldToBeGranted.includes(describeRule(rule))),
      );
      const run = await bench.reconcileBy(account, "--related-images", `KUBEVIRT_METRICS_EXPORTER=${image}`);
      const errors = new Map(
        run.summary.assets.flatMap(({ asset, error }) => (error === undefined ? [] : [[asset, error]])),
      );
      const exporter = "kubevirt-metrics-exporter";
      expect(errors.get(`${exporter}-clusterrole`)).toMatch(
        /not currently held:[\s\S]*"pods"[\s\S]*"virtualmachineinstances"/,
      );
      expect(errors.get(`${exporter}-scc-clusterrole`)).toMatch(
        /not currently held:[\s\S]*"securitycontextconstraints"/,
      );
      const roles = {
        application: "collect-application-logs",
        audit: "collect-audit-logs",
        infrastructure: "collect-infrastructure-logs",
        writer: "logging-collector-logs-writer",
      };
      // Without `bind` the server looks into the role, to see whether it grants more than the account has.
      for (const [binding, role] of Object.entries(roles)) {
        expect([role, errors.get(`logging-collector-crb-${binding}`)]).toEqual([role, expect.stringContaining(role)]);
      }
    },
    2 * minute,
  );

  test(
    "B-12-79 waits for the lock of another run",
    async () => {
      bench = await BaselineBench.open({ annotations: { autopilot: "swap-enable" } });
      const account = await createAccount(bench);
      const lease: Named = {
        resource: "leases.coordination.k8s.io",
        name: "virt-platform-autopilot-reconcile",
        namespace: "openshift-cnv",
      };
      const renewTime = new Date().toISOString().replace("Z", "000Z");
      await bench.create({
        apiVersion: "coordination.k8s.io/v1",
        kind: "Lease",
        metadata: { name: lease.name, namespace: "openshift-cnv" },
        spec: { holderIdentity: "another-run", leaseDurationSeconds: 900, renewTime },
      });
      const run = await bench.start("reconcile", join(bench.folder, "patient"), ["--lock-wait", "5m"], account);
      const end = ended(run);
      await written(run, "another-run is at work");
      await bench.delete(lease);
      expect((await end).exitCode).toBe(0);
      expect(await refusals()).toEqual([]);
    },
    2 * minute,
  );
});
