import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { catalogSchema } from "../../../../steps/baseline/catalog/catalog.schema.ts";
import { loadAssets } from "../../../../steps/baseline/catalog/load-assets.ts";
import { shippedAssets } from "../../../../steps/baseline/catalog/shipped-assets.ts";
import type { ContextDocument } from "../../../../steps/baseline/context/context-document.ts";
import { emptyHardware, emptyTopology } from "../../../../steps/baseline/context/empty-context.ts";
import { answersOf } from "../../../../steps/baseline/lookups/lookup.ts";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import { assetIdentity } from "../../../../steps/baseline/rbac/asset-identity.ts";
import { clusterRoleText } from "../../../../steps/baseline/rbac/cluster-role.ts";
import { renderLoadedAsset } from "../../../../steps/baseline/template/render-loaded-asset.ts";
import { templateEngine } from "../../../../steps/baseline/template/template-engine.ts";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";
import type { BaselineBench } from "./baseline-bench.ts";

const namespace = "openshift-cnv";
const account = "virt-platform-autopilot";

/** How the API server calls the account. */
export const accountUser = `system:serviceaccount:${namespace}:${account}`;

/** The role for what the assets render where whatever they ask for exists, and for all tombstones. */
async function roleText(hco: ManagedObject, images: Readonly<Record<string, string>>): Promise<string> {
  const { assets, tombstones, files } = loadAssets(await shippedAssets(), await compileValidator(catalogSchema));
  const engine = templateEngine();
  const lookups = assets.map(({ name, entry }) => {
    return [name, answersOf(entry.lookups ?? [], ({ kind }) => (kind === "object-exists" ? [{}] : []))] as const;
  });
  const document: ContextDocument = {
    schemaVersion: 1,
    hco,
    hardware: { ...emptyHardware, pciDevicesPresent: true },
    topology: emptyTopology,
    images,
    crds: {},
    lookups: Object.fromEntries(lookups),
  };
  const active = assets.flatMap((asset) => {
    const rendered = renderLoadedAsset(asset, document, { engine, files });
    return rendered.state === "rendered" ? [assetIdentity(rendered.object)] : [];
  });
  return clusterRoleText({ active, tombstones: tombstones.map(({ identity }) => identity), plurals: {} });
}

/**
 * An account that has the generated role and nothing else, not even what Kubernetes grants to all.
 *
 * @returns path of its kubeconfig
 */
export async function createAccount(
  { server, folder }: BaselineBench,
  hco: ManagedObject,
  images: Readonly<Record<string, string>>,
): Promise<string> {
  await server.kubectl(["delete", "clusterrolebinding", "system:basic-user"]);
  await server.kubectl(["create", "-f", "-"], await roleText(hco, images));
  await server.kubectl(["-n", namespace, "create", "serviceaccount", account]);
  const role = ["--clusterrole", "virt-platform-autopilot-role", "--serviceaccount", `${namespace}:${account}`];
  await server.kubectl(["create", "clusterrolebinding", account, ...role]);
  const token = await server.kubectl(["-n", namespace, "create", "token", account]);
  const text = kubeconfig({
    name: server.name,
    url: server.url,
    authority: await readFile(server.caFile, "utf8"),
    user: account,
    credential: { token: token.trim() },
  });
  const path = join(folder, "account.kubeconfig");
  await writeFile(path, text, { mode: 0o600 });
  return path;
}
