import { autopilotAnnotation } from "../../steps/baseline/catalog/activation.ts";
import type { LoadedAssets } from "../../steps/baseline/catalog/load-assets.ts";
import type { ContextDocument } from "../../steps/baseline/context/context-document.ts";
import { type ManagedObject, textsOf } from "../../steps/baseline/object/managed-object.ts";
import { sampleContexts } from "../../steps/baseline/scan/sample-contexts.ts";
import { isJsonObject, member } from "../../steps/lib/json/json.ts";
import type { TestApiServer } from "../support/api-servers.ts";
import { installPlatform } from "../support/baseline/install-platform.ts";

export const platformNamespace = "openshift-cnv";

/** An image for the assets that need one. */
export const exporterImage = "quay.io/example/exporter:1";

/** A made-up cluster that has everything that assets ask for, and its HyperConverged, which opts in to all of them. */
export function everything({ assets }: LoadedAssets): ContextDocument {
  const [, document] = sampleContexts(assets);
  if (document === undefined) throw new Error("there is no made-up cluster with everything");
  const { hco } = document;
  const annotations = { ...textsOf(hco, "annotations"), [autopilotAnnotation]: "true" };
  const given = member(hco, "spec");
  const spec = { ...(isJsonObject(given) ? given : {}), featureGates: [{ name: "CPUManager" }] };
  const wanting: ManagedObject = { ...hco, metadata: { ...hco.metadata, annotations }, spec };
  return { ...document, hco: wanting };
}

/** A worker with the labels of node-feature-discovery by which its devices are detected. */
const worker = {
  apiVersion: "v1",
  kind: "Node",
  metadata: {
    name: "worker-1",
    labels: {
      "node-role.kubernetes.io/worker": "",
      "feature.node.kubernetes.io/pci-10de.present": "true",
      "feature.node.kubernetes.io/usb-present": "true",
      "feature.node.kubernetes.io/iommu-enabled": "true",
      "feature.node.kubernetes.io/memory-numa": "true",
    },
  },
};

/** A platform that wants nearly every asset, on a bare API server. */
export async function createPlatform(server: TestApiServer, loaded: LoadedAssets): Promise<void> {
  await installPlatform(server, "4.21");
  const infrastructure = {
    apiVersion: "config.openshift.io/v1",
    kind: "Infrastructure",
    metadata: { name: "cluster" },
  };
  const list = { apiVersion: "v1", kind: "List", items: [everything(loaded).hco, worker, infrastructure] };
  await server.kubectl(["create", "-f", "-"], JSON.stringify(list));
  const status = { status: { platformStatus: { type: "AWS" } } };
  const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify(status)];
  await server.kubectl(["patch", "infrastructures.config.openshift.io", "cluster", ...patch]);
}
