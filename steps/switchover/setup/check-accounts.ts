import type { Clock } from "../../lib/clock/clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { ConnectTarget } from "../../lib/step/types.ts";
import { fieldManager } from "../acm/constants.ts";
import type { CheckedCluster } from "../rbac-check/access-verdict.ts";
import { type AccessCheck, checkAccess } from "../rbac-check/check-access.ts";
import type { IssuedKubeconfig } from "./issue-kubeconfigs.ts";

export interface CheckAccountsInput {
  readonly connect: (target: ConnectTarget) => Promise<KubeClient>;
  readonly check: Omit<AccessCheck, "role" | "managedCluster" | "skipObservability">;
  /** How long roles may take to come into force, ms. */
  readonly patienceMs: number;
  /** Between two looks. */
  readonly pauseMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks the hub, with each new kubeconfig, for all that its account needs. */
export async function checkAccounts(
  kubeconfigs: readonly IssuedKubeconfig[],
  input: CheckAccountsInput,
): Promise<readonly CheckedCluster[]> {
  return await Promise.all(kubeconfigs.map((kubeconfig) => checkAccount(kubeconfig, input)));
}

async function checkAccount(kubeconfig: IssuedKubeconfig, input: CheckAccountsInput): Promise<CheckedCluster> {
  const { role, file, account } = kubeconfig;
  const { connect, clock, signal, patienceMs, pauseMs } = input;
  const client = await connect({ name: account, kubeconfig: file, fieldManager });
  const check: AccessCheck = {
    ...input.check,
    role,
    includeDecommission: input.check.includeDecommission && role === "operator",
    managedCluster: false,
    skipObservability: false,
  };
  const deadline = clock.now() + patienceMs;
  try {
    // API servers take over new roles a moment after they are written, and of that there is nothing to watch.
    for (;;) {
      const checked = await checkAccess({ name: account, client }, check, signal);
      const mayChange = checked.status === "unknown" || checked.denied > 0;
      if (!mayChange || clock.now() >= deadline) {
        return checked;
      }
      await clock.sleep(pauseMs, signal);
    }
  } finally {
    await client.close();
  }
}
