import { join } from "node:path";
import type { Random } from "../../lib/clock/clock.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { hideSecret } from "../../lib/log/redact-text.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import { accountNamespace, type RoleName } from "../rbac/role-parts.ts";
import { accountKubeconfig, type HubEndpoint } from "./account-kubeconfig.ts";
import type { SetupPlan } from "./plan-setup.ts";

/** A kubeconfig that was written. Field names are a contract. */
export interface IssuedKubeconfig {
  readonly role: RoleName;
  readonly account: string;
  readonly file: string;
  readonly context: string;
  readonly expiresAt: string;
}

export interface IssueInput {
  readonly client: KubeClient;
  readonly hub: HubEndpoint;
  readonly folder: string;
  readonly seconds: number;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** A token and a kubeconfig for each account; an older file of the same name is replaced. */
export async function issueKubeconfigs(
  { accounts }: SetupPlan,
  { client, hub, folder, seconds, random, signal }: IssueInput,
): Promise<readonly IssuedKubeconfig[]> {
  return await Promise.all(
    accounts.map(async ({ role, name }) => {
      const ref = { namespace: accountNamespace, name };
      const { token, expiresAt } = await client.requestToken(ref, seconds, { signal });
      hideSecret(token);
      const { file, context, text } = accountKubeconfig(hub, name, token);
      const path = join(folder, file);
      await writeFileAtomically(path, text, { mode: 0o600, random });
      return { role, account: name, file: path, context, expiresAt: new Date(expiresAt).toISOString() };
    }),
  );
}
