import type { SimObject } from "../kube/sim-client.ts";
import { iso, type Player, type Stage } from "../player.ts";

// The managed-serviceaccount add-on: every ManagedServiceAccount gets a token of its cluster. Needed beside a real backup
// operator, which asks for tokens by such objects and deletes a token that was there before.

const tokenLabel = "authentication.open-cluster-management.io/is-managed-serviceaccount";
const validityMs = 60 * 24 * 3600 * 1000;

type Owner = NonNullable<SimObject["metadata"]["ownerReferences"]>[number];

function owner({ apiVersion = "", kind = "", metadata }: SimObject): Owner {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "" };
}

async function issue(stage: Stage, account: SimObject): Promise<void> {
  const { name, namespace = "" } = account.metadata;
  const expirationTimestamp = iso(Date.now() + validityMs);
  await stage.world.create("secrets", {
    metadata: {
      name,
      namespace,
      labels: { [tokenLabel]: "true" },
      annotations: { expirationTimestamp },
      ownerReferences: [owner(account)],
    },
    type: "Opaque",
    data: { token: Buffer.from(`token of ${namespace}`).toString("base64") },
  });
  await stage.world.setStatus("managedServiceAccounts", account, {
    expirationTimestamp,
    tokenSecretRef: { name, lastRefreshTimestamp: iso() },
  });
}

export const accountPlayer: Player = {
  name: "accounts",
  async play(stage) {
    for (const account of stage.world.all("managedServiceAccounts")) {
      const { name, namespace, deletionTimestamp } = account.metadata;
      if (deletionTimestamp !== undefined || stage.world.find("secrets", name, namespace) !== undefined) continue;
      await issue(stage, account);
    }
  },
};
