import type { Clock } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import type { SelectedContext } from "./kubeconfig.ts";
import { kubeconfigError } from "./kubeconfig-error.ts";
import type { ExecPlugin } from "./kubeconfig-user.ts";
import { FetchedLogin, fixedLogin, type Login, type Proof } from "./login.ts";
import { type PemPlace, readClientCertificate, readNamedFile } from "./pem.ts";

export interface LoginOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Programs that an exec plugin may start; absent = any (on a laptop). */
  readonly allowedExecCommands: readonly string[] | undefined;
}

function refuseExec(plugin: ExecPlugin, allowed: readonly string[] | undefined, label: string): void {
  if (allowed === undefined) {
    return;
  }
  if (!allowed.includes(plugin.command)) {
    throw kubeconfigError("KUBE-25", label, {
      what: `would start the program "${plugin.command}" to log in`,
      why: "inside a pod only listed login programs may run",
      fix: "use a kubeconfig with a token, for example of a ServiceAccount of the hub",
    });
  }
  if (plugin.environment.length > 0) {
    // PATH, LD_PRELOAD or a tool's own settings would make another program of the one that is allowed.
    throw kubeconfigError("KUBE-25", label, {
      what: `would set ${plugin.environment.map(({ name }) => name).join(", ")} for its login program`,
      why: "inside a pod a kubeconfig sets no environment variables",
      fix: "remove exec.env from the kubeconfig; set what the program needs on the Task",
    });
  }
}

/** A token goes into a header as it is. */
function plainToken(text: string, label: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw kubeconfigError("KUBE-23", label, {
      what: "has a malformed token",
      why: token === "" ? "it is empty" : "it holds characters that no token has",
      fix: "write the kubeconfig anew",
    });
  }
  return token;
}

/** The way in of the selected user. Nothing is started or asked yet. @throws FairleadError KUBE-20, KUBE-23, KUBE-25 */
export async function openLogin(selected: SelectedContext, options: LoginOptions): Promise<Login> {
  const { user, userFolder: folder, label } = selected;
  const place: PemPlace = { label, folder };
  if (user.exec !== undefined) {
    const { exec } = user;
    refuseExec(exec, options.allowedExecCommands, label);
    const { execPluginProof } = await import("./exec-plugin.ts");
    return new FetchedLogin(() => execPluginProof(exec, { label, folder, log: options.log }), options.clock);
  }
  if (user.oidc !== undefined) {
    const { oidcProof } = await import("./oidc.ts");
    return new FetchedLogin(oidcProof(label, user.oidc), options.clock);
  }
  const certificate: Proof =
    user.clientCertificate === undefined || user.clientKey === undefined
      ? {}
      : { clientCertificate: await readClientCertificate(user.clientCertificate, user.clientKey, place) };
  const { token, tokenFile } = user;
  if (tokenFile !== undefined) {
    return fixedLogin(async () => ({
      ...certificate,
      token: plainToken(await readNamedFile(tokenFile, place, "tokenFile"), label),
    }));
  }
  const proof = token === undefined ? certificate : { ...certificate, token: plainToken(token, label) };
  return fixedLogin(async () => proof);
}
