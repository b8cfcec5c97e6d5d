import type { Player, Stage } from "../player.ts";

// The operator's admission webhook for Restores, from 2.16 on. While the operator runs its rule is a policy of the API
// server: same status, same reason, the webhook's words within the policy's. With the operator down it is the webhook
// itself, which then has nobody behind it.

const webhook = "vrestore.kb.io";
const rule = {
  apiGroups: ["cluster.open-cluster-management.io"],
  apiVersions: ["v1beta1"],
  operations: ["CREATE", "UPDATE"],
  resources: ["restores"],
};

function variable(name: string, expression: string) {
  return { name, expression };
}

function refusal(expression: string, message: string) {
  return {
    expression,
    reason: "Forbidden",
    message: `admission webhook "${webhook}" denied the request: ${message}`,
  };
}

const isSync = "has(object.spec.syncRestoreWithNewBackups) && object.spec.syncRestoreWithNewBackups";
const isEnabled = "has(object.status) && has(object.status.phase) && object.status.phase.startsWith('Enabled')";
const clustersRestore = "object.status.veleroManagedClustersRestoreName";
const isActivated = `has(object.status) && has(${clustersRestore}) && ${clustersRestore} != ''`;
const protectedTargets = "t == 'default' || t.startsWith('openshift') || t.startsWith('kube-')";
const targets = "object.spec.namespaceMapping";

const policy = {
  failurePolicy: "Fail",
  matchConstraints: { resourceRules: [rule] },
  variables: [
    variable("sync", isSync),
    variable("clusters", "object.spec.veleroManagedClustersBackupName.trim().lowerAscii()"),
    variable("credentials", "object.spec.veleroCredentialsBackupName.trim().lowerAscii()"),
    variable("resources", "object.spec.veleroResourcesBackupName.trim().lowerAscii()"),
    variable("mayActivate", `(${isEnabled}) || (${isActivated})`),
    variable("reserved", `has(${targets}) && ${targets}.exists(k, [${targets}[k]].exists(t, ${protectedTargets}))`),
  ],
  validations: [
    refusal(
      "!variables.sync || variables.clusters in ['skip', 'latest']",
      "with syncRestoreWithNewBackups, veleroManagedClustersBackupName must be skip or latest",
    ),
    refusal(
      "!variables.sync || (variables.credentials == 'latest' && variables.resources == 'latest')",
      "with syncRestoreWithNewBackups, veleroCredentialsBackupName and veleroResourcesBackupName must be latest",
    ),
    refusal(
      "!variables.sync || variables.clusters != 'latest' || variables.mayActivate",
      "veleroManagedClustersBackupName can be set to latest only once the Restore is Enabled",
    ),
    refusal("!variables.reserved", "namespaceMapping must not point to a namespace of the platform"),
  ],
};

const binding = { policyName: webhook, validationActions: ["Deny"] };
const down = { name: "cluster-backup-operator-webhook" };

function unansweredWebhook() {
  return {
    name: webhook,
    admissionReviewVersions: ["v1"],
    sideEffects: "None",
    failurePolicy: "Fail",
    // Nobody listens there.
    clientConfig: { url: "https://127.0.0.1:1/validate-cluster-open-cluster-management-io-v1beta1-restore" },
    rules: [rule],
  };
}

/** Whether the API server refuses what it must refuse: it takes up a new policy only after a moment. */
async function isEnforced({ world, namespace }: Stage): Promise<boolean> {
  return await world.isRefused("restores", {
    metadata: { name: "admission-probe", namespace },
    spec: {
      syncRestoreWithNewBackups: true,
      cleanupBeforeRestore: "CleanupRestored",
      veleroManagedClustersBackupName: "no-such",
      veleroCredentialsBackupName: "latest",
      veleroResourcesBackupName: "latest",
    },
  });
}

async function playWebhook({ world, faults }: Stage): Promise<void> {
  const unanswered = world.find("webhooks", down.name);
  if (faults.has("operator-down")) {
    if (unanswered === undefined) await world.create("webhooks", { metadata: down, webhooks: [unansweredWebhook()] });
  } else if (unanswered !== undefined) await world.remove("webhooks", unanswered);
}

export const admissionPlayer: Player = {
  name: "admission",
  async play(stage) {
    if (stage.minor < 16) return;
    await playWebhook(stage);
    const { world } = stage;
    if (world.find("admissionPolicies", webhook) === undefined)
      await world.create("admissionPolicies", { metadata: { name: webhook }, spec: policy });
    if (world.find("admissionBindings", webhook) === undefined)
      await world.create("admissionBindings", { metadata: { name: webhook }, spec: binding });
  },
};

/** Resolves when Restores are admitted as this version admits them. */
export async function admissionReady(stage: Stage): Promise<void> {
  if (stage.minor < 16) return;
  await admissionPlayer.play(stage);
  const deadline = performance.now() + 30_000;
  while (!(await isEnforced(stage))) {
    if (performance.now() > deadline) throw new Error(`the policy ${webhook} is not enforced after 30 s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
