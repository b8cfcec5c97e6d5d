import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";

type Text = { readonly what: string; readonly why: string; readonly fix: string };

/**
 * KUBE-20 unreadable, KUBE-21 no kubeconfig, KUBE-22 context not found, KUBE-23 incomplete or malformed, KUBE-24
 * unsafe, KUBE-25 login program not allowed, KUBE-26 login program or identity provider failed.
 */
export type KubeconfigFault = "KUBE-20" | "KUBE-21" | "KUBE-22" | "KUBE-23" | "KUBE-24" | "KUBE-25" | "KUBE-26";

/** The error of a kubeconfig that cannot be used: the input is wrong, hence exit 2. `what` follows "kubeconfig FILE". */
export function kubeconfigError(id: KubeconfigFault, file: string, text: Text, cause?: unknown): FairleadError {
  return new FairleadError(
    { id, what: `kubeconfig ${file} ${text.what}`, why: text.why, fix: text.fix },
    { exitCode: exitCode.invalidInput, cause },
  );
}
