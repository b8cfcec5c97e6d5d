import { join } from "node:path";
import type { Clock } from "../clock/clock.ts";
import type { Access } from "./access.ts";
import { errorWords } from "./error-words.ts";
import { identityOf } from "./identity.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import { fixedLogin } from "./login.ts";
import { maximumPemBytes, readCertificate } from "./pem.ts";
import type { Variable } from "./proxy-for.ts";
import { readTextFile } from "./read-text-file.ts";

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Whether this process runs in a pod that knows its API server. */
export function isInCluster(variable: Variable): boolean {
  return (variable("KUBERNETES_SERVICE_HOST") ?? "") !== "";
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readTextFile(file, maximumPemBytes)).trim();
  } catch (error) {
    const why = errorWords(error);
    const fix = "run in a pod whose ServiceAccount token is mounted, or name a kubeconfig";
    throw kubeconfigError(
      "KUBE-20",
      "of this pod",
      { what: "cannot be read: its ServiceAccount has no token", why, fix },
      error,
    );
  }
}

/**
 * The API server of the cluster that this pod runs in, as the pod's ServiceAccount.
 *
 * @throws FairleadError KUBE-20, KUBE-23
 */
export async function inClusterAccess(
  variable: Variable,
  clock: Clock,
  folder = serviceAccountFolder,
): Promise<Access> {
  const tokenFile = join(folder, "token");
  await readToken(tokenFile);
  const place = { label: "of this pod", folder };
  const certificateAuthority = await readCertificate({ field: "ca.crt", path: "ca.crt" }, place);
  const host = variable("KUBERNETES_SERVICE_HOST") || "kubernetes.default.svc";
  const port = variable("KUBERNETES_SERVICE_PORT") || "443";
  // The token is read for each request: the kubelet renews it in place.
  const login = fixedLogin(async () => ({ token: await readToken(tokenFile) }));
  return {
    login,
    endpoint: {
      server: new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port}`),
      certificateAuthority,
      identity: identityOf(login, clock),
    },
  };
}
