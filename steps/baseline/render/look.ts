import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import { loadValidator } from "../../lib/schema/load-validator.ts";
import { readActivation } from "../catalog/activation.ts";
import type { LoadedAssets } from "../catalog/load-assets.ts";
import { Cluster } from "../cluster/cluster.ts";
import { openCluster } from "../cluster/open-cluster.ts";
import { contextDocumentSchema } from "../context/context-document.schema.ts";
import { lookAtPlatform, type PlatformSight } from "../run/look-at-platform.ts";
import { chooseSource, noSource, type RenderSource } from "./choose-source.ts";
import type { RenderContext } from "./declaration.ts";
import { offlineContext } from "./offline-context.ts";
import { forcedHardware, imagesOfList, type Overrides, topologyOf, withOverrides } from "./overrides.ts";
import { readContextFile, readCrdFolder, readHcoFile } from "./read-input.ts";

/** What a person wants to be taken for true. */
export interface Asked {
  readonly images: Readonly<Record<string, string>>;
  readonly overrides: Overrides;
}

/** @throws FairleadError BASE-PAR-01, BASE-PAR-04 (exit 2) */
export function askedOf({ params }: RenderContext): Asked {
  const hardware = forcedHardware({
    pciDevicesPresent: params["force-pci"],
    numaNodesPresent: params["force-numa"],
    vfioCapable: params["force-vfio"],
    usbDevicesPresent: params["force-usb"],
    gpuPresent: params["force-gpu"],
  });
  return { images: imagesOfList(params.image), overrides: { hardware, topology: topologyOf(params.topology) } };
}

function sourceOf({ params, workspace }: RenderContext): RenderSource {
  const { context, crds, "hco-file": hcoFile, "context-file": contextFile } = params;
  const bound = workspace("kubeconfig") === undefined ? undefined : "the workspace kubeconfig";
  const namedCluster = context === undefined ? bound : `context ${context}`;
  return chooseSource({
    ...(hcoFile === undefined ? {} : { hcoFile }),
    ...(contextFile === undefined ? {} : { contextFile }),
    ...(crds === undefined ? {} : { crds }),
    ...(namedCluster === undefined ? {} : { namedCluster }),
  });
}

/** Files that stand for a cluster. */
export interface PlatformFiles extends Omit<Extract<RenderSource, { source: "files" }>, "source"> {
  /** Folder of CRDs. */
  readonly crds?: string;
  /** That the paths start from and stay in; absent for the current one, which does not confine. */
  readonly folder?: string;
  readonly requireOptIn: boolean;
}

/** What is rendered where no cluster is asked. @throws FairleadError BASE-PAR-03 (exit 2) */
export async function sightOfFiles(files: PlatformFiles, loaded: LoadedAssets, asked: Asked): Promise<PlatformSight> {
  const { hcoFile, contextFile, folder, requireOptIn } = files;
  const validate = await loadValidator("baseline-context", () => contextDocumentSchema);
  const known = contextFile === undefined ? undefined : await readContextFile(contextFile, folder, validate);
  const hco = hcoFile === undefined ? known?.hco : await readHcoFile(hcoFile, folder);
  if (hco === undefined) return { state: "absent" };
  const crds = files.crds === undefined ? undefined : await readCrdFolder(files.crds, folder);
  const document = offlineContext(loaded.assets, {
    hco,
    ...asked,
    ...(known === undefined ? {} : { context: known }),
    ...(crds === undefined ? {} : { crds }),
  });
  const activation = readActivation(hco, requireOptIn);
  return { state: "found", document, events: [], activation, hco: { asRead: hco } };
}

/** Without a kubeconfig there is nothing to ask, which a person learns best in the words of this step. */
async function connected(context: RenderContext): Promise<KubeClient> {
  try {
    return await openCluster(context);
  } catch (error) {
    const isNamed = context.params.context !== undefined || context.workspace("kubeconfig") !== undefined;
    const isAbsent = error instanceof FairleadError && error.text.id === "KUBE-20";
    if (isAbsent && !isNamed && !context.run.inTekton) throw noSource(error.text.why);
    throw error;
  }
}

async function sightOfCluster(context: RenderContext, loaded: LoadedAssets, asked: Asked): Promise<PlatformSight> {
  const { params, signal } = context;
  const cluster = new Cluster(await connected(context), signal);
  return await lookAtPlatform(cluster, {
    namespace: params.namespace,
    requireOptIn: params["require-opt-in"],
    onlyAssets: [],
    loaded,
    images: asked.images,
    profile: params["detector-profile"],
    override: (detected) => withOverrides(detected, asked.overrides),
  });
}

/** What is rendered from: files, or the cluster. @throws FairleadError (exit 2) for a source that is none */
export async function look(context: RenderContext, loaded: LoadedAssets): Promise<PlatformSight> {
  const asked = askedOf(context);
  const source = sourceOf(context);
  if (source.source === "cluster") return await sightOfCluster(context, loaded, asked);
  const { params, workspace } = context;
  const folder = workspace("source");
  const beside = {
    ...(params.crds === undefined ? {} : { crds: params.crds }),
    ...(folder === undefined ? {} : { folder }),
  };
  const files = { ...source, ...beside, requireOptIn: params["require-opt-in"] };
  return await sightOfFiles(files, loaded, asked);
}
