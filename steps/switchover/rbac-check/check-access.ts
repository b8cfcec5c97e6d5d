import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { argoCrd } from "../acm/constants.ts";
import type { HubNamespaces } from "../acm/namespaces.ts";
import * as api from "../acm/resources.ts";
import { type ArgoInstall, argoInstall } from "../argocd/find-applications.ts";
import type { SwitchoverPermission } from "../permissions.ts";
import { type AccessContext, questionsOf, requestsIn } from "../preflight/access-requests.ts";
import { type HubReader, hubReader } from "../preflight/hub-reader.ts";
import { isFluxThere } from "../preflight/observe-gitops.ts";
import * as project from "../preflight/projections.ts";
import { valueOr } from "../preflight/reading.ts";
import { decommissionPermissions, spokeNamespaces, spokePermissionsOf } from "../rbac/extra-permissions.ts";
import { partOf, permissionsOfRole } from "../rbac/role-parts.ts";
import {
  type AccessScope,
  type AskedPermission,
  type CheckedCluster,
  judgeAccess,
  unknownAccess,
} from "./access-verdict.ts";

export interface AccessCheck extends AccessScope {
  readonly skipObservability: boolean;
  /** Not asked for where it was not set up. */
  readonly skipImportTokens: boolean;
  readonly namespaces: HubNamespaces;
}

/**
 * Asks the cluster for every permission of the role, each once. A hub plays both parts over its life, so that it must
 * grant what either needs. Never throws for what the cluster answers.
 */
export async function checkAccess(
  cluster: { readonly name: string; readonly client: KubeClient },
  check: AccessCheck,
  signal: AbortSignal,
): Promise<CheckedCluster> {
  const { name, client } = cluster;
  const place = { name, server: client.server };
  try {
    const asked = check.managedCluster
      ? await askSpoke(client, check, signal)
      : await askHub(client, permissionsOf(check), check.namespaces, signal);
    return judgeAccess(place, asked, check);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof FairleadError)) {
      throw error;
    }
    return unknownAccess(place, error.text);
  }
}

function permissionsOf(check: AccessCheck): readonly SwitchoverPermission[] {
  const { role, includeDecommission, skipObservability, skipImportTokens } = check;
  const all = [...permissionsOfRole(role), ...(includeDecommission ? decommissionPermissions : [])];
  return all.filter((permission) => {
    const part = partOf(permission);
    return !(skipObservability && part === "observability") && !(skipImportTokens && part === "import-tokens");
  });
}

async function askHub(
  client: KubeClient,
  permissions: readonly SwitchoverPermission[],
  namespaces: HubNamespaces,
  signal: AbortSignal,
): Promise<readonly AskedPermission[]> {
  const questions = questionsOf(permissions, await contextOf(client, namespaces, signal), namespaces);
  const askable = questions.filter(({ namespaceAbsent }) => !namespaceAbsent);
  const answers = await client.reviewAccess(
    askable.map(({ request }) => request),
    { signal },
  );
  const allowed = new Set(askable.filter((_, index) => answers[index]?.allowed === true));
  return questions.map((question) => {
    const { permission, request, namespaceAbsent } = question;
    return {
      request,
      ...(permission.optional === undefined ? {} : { optional: permission.optional }),
      outcome: namespaceAbsent ? "namespace-absent" : allowed.has(question) ? "allowed" : "denied",
    };
  });
}

/** What cannot be read counts as existing: the question itself then tells. */
async function contextOf(
  client: KubeClient,
  namespaces: HubNamespaces,
  signal: AbortSignal,
): Promise<Omit<AccessContext, "hub">> {
  const reader = hubReader(client, true, signal);
  const exists = async (name: string): Promise<boolean | undefined> =>
    valueOr(await reader.find(api.namespaces, { name }, (found) => found !== undefined), undefined);
  const [acm, backup, observability, engine, installations, argoCd, fluxThere] = await Promise.all([
    exists(namespaces.acm),
    exists(namespaces.backup),
    exists(namespaces.observability),
    exists(namespaces.engine),
    reader.list(api.multiClusterHubs, { namespace: namespaces.acm }, project.acmInstallation),
    argoInstallOf(reader),
    isFluxThere(reader),
  ]);
  const version = project.chooseInstallation(valueOr(installations, []))?.version ?? { known: false, text: "" };
  return { version, exists: { acm, backup, observability, engine }, argoCd, flux: fluxThere };
}

async function argoInstallOf(reader: HubReader): Promise<ArgoInstall> {
  const find = (name: string) => reader.find(api.customResourceDefinitions, { name }, (found) => found);
  const [applications, argoCds] = await Promise.all([find(argoCrd.applications), find(argoCrd.argoCds)]);
  if (applications.state !== "read") return "unknown";
  return argoInstall(applications.value, argoCds.state === "read" ? argoCds.value : "unread");
}

async function askSpoke(
  client: KubeClient,
  { role }: AccessCheck,
  signal: AbortSignal,
): Promise<readonly AskedPermission[]> {
  const requests = spokePermissionsOf(role).flatMap((permission) => requestsIn(permission, spokeNamespaces.agent));
  const answers = await client.reviewAccess(requests, { signal });
  return answers.map(({ request, allowed }) => ({ request, outcome: allowed ? "allowed" : "denied" }));
}
