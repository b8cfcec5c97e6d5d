import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { issueCertificate } from "../../support/api-servers/certificates.ts";
import { kubeconfigFile } from "../../support/api-servers/test-api-server.ts";
import type { Manifest } from "./backup-storage.ts";
import { type PartBasis, part } from "./hub-parts.ts";
import type { Part } from "./hub-state.ts";

const healthPort = 18_081;

/** ACM's backup operator as a process outside any pod, one in a network namespace: its webhook listens on :9443. */
export function backupOperator(hub: PartBasis, program: string): Part {
  const made = part(
    hub,
    "backup-operator",
    ["--leader-elect=false", "--metrics-bind-address=0", `--health-probe-bind-address=:${healthPort}`],
    {
      KUBECONFIG: kubeconfigFile(hub.folder, "backup-operator"),
      TMPDIR: temporaryFolder(hub),
      HOME: temporaryFolder(hub),
    },
  );
  return { ...made, command: program };
}

export function backupOperatorHealth(hub: PartBasis): string {
  return `http://${hub.address}:${healthPort}/healthz`;
}

function temporaryFolder(hub: PartBasis): string {
  return join(hub.folder, "backup-operator-tmp");
}

/** Puts the certificate of its webhook where controller-runtime looks for it: below TMPDIR. */
export async function prepareBackupOperator(hub: PartBasis): Promise<void> {
  const folder = join(temporaryFolder(hub), "k8s-webhook-server/serving-certs");
  await mkdir(folder, { recursive: true });
  const issued = await issueCertificate(
    hub.folder,
    "backup-operator",
    { commonName: "vrestore.kb.io", alternativeNames: ["IP:127.0.0.1"], use: "serverAuth" },
    { certFile: join(hub.folder, "ca.crt"), keyFile: join(hub.folder, "ca.key") },
  );
  await copyFile(issued.certFile, join(folder, "tls.crt"));
  await copyFile(issued.keyFile, join(folder, "tls.key"));
}

/** The operator has an admission webhook from ACM 2.16 on; configured for an older one it would refuse every Restore. */
export function hasRestoreWebhook(acmVersion: string): boolean {
  const [major = 0, minor = 0] = acmVersion.split(".").map(Number);
  return major > 2 || (major === 2 && minor >= 16);
}

/** @param authority PEM of the authority that signed the webhook's certificate */
export function restoreWebhook(authority: string): Manifest {
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: { name: "cluster-backup-operator-webhook" },
    webhooks: [
      {
        name: "vrestore.kb.io",
        admissionReviewVersions: ["v1"],
        sideEffects: "None",
        failurePolicy: "Fail",
        clientConfig: {
          // API server and operator share the hub's network namespace.
          url: "https://127.0.0.1:9443/validate-cluster-open-cluster-management-io-v1beta1-restore",
          caBundle: Buffer.from(authority).toString("base64"),
        },
        rules: [
          {
            apiGroups: ["cluster.open-cluster-management.io"],
            apiVersions: ["v1beta1"],
            operations: ["CREATE", "UPDATE"],
            resources: ["restores"],
          },
        ],
      },
    ],
  };
}
