import { valueAt } from "../../../lib/json/json.ts";
import { lacksPause } from "../../acm/acm-version.ts";
import type { HubName } from "../../acm/hub-identity.ts";
import type { CustomResourceDefinition } from "../../acm/hub-objects.ts";
import { backupSchedules, customResourceDefinitions } from "../../acm/resources.ts";
import type { HubStepContext } from "../switchover-context.ts";
import { unlessForbidden } from "../unless-forbidden.ts";

/** Whether the API keeps `spec.paused` of a BackupSchedule; `undefined` where its definition does not say. Pure. */
export function keepsPaused(definition: CustomResourceDefinition | undefined): boolean | undefined {
  const version = definition?.spec?.versions?.find(({ name }) => name === backupSchedules.version);
  const spec = valueAt(version?.schema?.openAPIV3Schema, ["properties", "spec"]);
  const fields = valueAt(spec, ["properties"]);
  if (fields === undefined) return undefined;
  return valueAt(fields, ["paused"]) !== undefined || valueAt(spec, ["x-kubernetes-preserve-unknown-fields"]) === true;
}

/**
 * Whether a hub's BackupSchedules are paused by their field, and not by saving and deleting them. ACM 2.12 brought the
 * field; the API server prunes it silently where the definition lacks it, so that the definition is asked, and the
 * version only where the account may not read it.
 */
export async function canPause<H extends HubName>(context: HubStepContext<H>, hub: H): Promise<boolean> {
  const { signal } = context;
  const name = `${backupSchedules.plural}.${backupSchedules.group}`;
  const find = () => context.clients[hub].find(customResourceDefinitions, { name }, { signal });
  const definition = await unlessForbidden(find, undefined);
  return keepsPaused(definition) ?? !lacksPause(context.hubs[hub].version);
}
