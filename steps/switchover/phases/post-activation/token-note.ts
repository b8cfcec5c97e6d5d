import { label } from "../../acm/constants.ts";
import { type ImportToken, importToken, tokenTrouble } from "../../acm/import-token.ts";
import type { BaselineCluster } from "../../acm/managed-cluster.ts";
import { secrets } from "../../acm/resources.ts";
import { nameList } from "../../preflight/name-list.ts";
import type { SwitchoverContext } from "../switchover-context.ts";
import { unlessForbidden } from "../unless-forbidden.ts";

/** The import tokens of the new hub; `undefined` where the account may not list them, as without its role's part for it. */
export async function importTokensOf({
  clients,
  signal,
}: SwitchoverContext): Promise<readonly ImportToken[] | undefined> {
  const query = { labelSelector: `${label.managedServiceAccountToken}=true` };
  const list = await unlessForbidden(
    () => clients.secondary.list(secrets, query, { signal, project: importToken }),
    undefined,
  );
  return list?.items.filter((token) => token !== undefined);
}

/**
 * Whether clusters that do not connect have a token with which the new hub can import them. One that Hive provisioned
 * needs none: it reconnects by itself. Pure.
 *
 * @example tokenNote(["c1", "c2"], tokens, baseline, now) // import tokens on the new hub: none for c1; expired for c2
 */
export function tokenNote(
  pending: readonly string[],
  tokens: readonly ImportToken[] | undefined,
  baseline: readonly BaselineCluster[] | undefined,
  now: number,
): string {
  const hive = new Set((baseline ?? []).filter((cluster) => cluster.hive).map(({ name }) => name));
  const imported = pending.filter((name) => !hive.has(name));
  if (imported.length === 0) return "all of them were provisioned by Hive and need no import token";
  if (tokens === undefined) return "whether they have import tokens could not be read: secrets may not be listed";
  const { missing, expired } = tokenTrouble(imported, tokens, now);
  const valid = imported.length - missing.length - expired.length;
  const parts = [
    ...(missing.length === 0 ? [] : [`none for ${nameList(missing)}`]),
    ...(expired.length === 0 ? [] : [`expired for ${nameList(expired)}`]),
    ...(valid === 0 ? [] : [`valid for ${valid === imported.length ? "all of them" : `${valid} more`}`]),
  ];
  // Nothing tells of an old hub that was down which clusters Hive provisioned.
  const unknown = baseline === undefined && missing.length > 0 ? " (one that Hive provisioned needs none)" : "";
  return `import tokens on the new hub: ${parts.join("; ")}${unknown}`;
}
