import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type KindName, kinds } from "../../kinds.ts";
import type { SimObject } from "../../kube/sim-client.ts";
import type { Stage } from "../../player.ts";
import { type Selector, selects } from "../../selector.ts";

// The object storage that both hubs share: a file for each ended backup.

export interface StoredBackup {
  readonly backup: Pick<SimObject, "metadata" | "spec" | "status">;
  readonly items: readonly { readonly kind: KindName; readonly object: SimObject }[];
}

// A namespace comes before what lies in it.
const backedUp = ["namespaces", "managedClusters", "clusterDeployments", "secrets", "configMaps"] as const;

function includes(resources: readonly string[], kind: KindName): boolean {
  const { kind: name, plural } = kinds[kind];
  return resources.some((resource) => [name.toLowerCase(), plural].includes(resource.split(".")[0] ?? ""));
}

function contents(stage: Stage, backup: SimObject): StoredBackup["items"] {
  // Fields of the velero.io/v1 API.
  const spec = backup.spec as {
    readonly includedResources?: readonly string[];
    readonly includedNamespaces?: readonly string[];
    readonly excludedNamespaces?: readonly string[];
    readonly labelSelector?: Selector;
  };
  const included = spec.includedNamespaces ?? [];
  const isExcluded = (name: string | undefined): boolean =>
    name !== undefined &&
    ((spec.excludedNamespaces ?? []).includes(name) || (included.length > 0 && !included.includes(name)));
  return backedUp
    .filter((kind) => includes(spec.includedResources ?? [], kind))
    .flatMap((kind) =>
      stage.world
        .all(kind)
        .filter(({ metadata }) => selects(spec.labelSelector, metadata.labels))
        .filter(
          ({ metadata }) => !isExcluded(metadata.namespace) && !(kind === "namespaces" && isExcluded(metadata.name)),
        )
        .map((object) => ({ kind, object: bare(object) })),
    );
}

/** Without what the next server gives it anew; a restore brings no status. */
function bare({ metadata, spec, data, type }: SimObject): SimObject {
  const { name, namespace, labels, annotations } = metadata;
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: labels ?? {},
      annotations: annotations ?? {},
    },
    ...(spec === undefined ? {} : { spec }),
    ...(data === undefined ? {} : { data }),
    ...(type === undefined ? {} : { type }),
  };
}

export async function store(
  stage: Stage,
  backup: SimObject,
  status: Readonly<Record<string, unknown>>,
): Promise<StoredBackup> {
  const folder = join(stage.bucket, "backups");
  await mkdir(folder, { recursive: true });
  const { name, namespace, labels } = backup.metadata;
  const stored: StoredBackup = {
    backup: { metadata: { name, namespace: namespace ?? "", labels: labels ?? {} }, spec: backup.spec ?? {}, status },
    items: contents(stage, backup),
  };
  const file = join(folder, `${name}.json`);
  await writeFile(`${file}.new`, JSON.stringify(stored));
  await rename(`${file}.new`, file);
  return stored;
}

export async function load(stage: Stage, name: string): Promise<StoredBackup> {
  // Written by `store` of one of the two hubs.
  return JSON.parse(await readFile(join(stage.bucket, "backups", `${name}.json`), "utf8")) as StoredBackup;
}

export async function storedNames(stage: Stage): Promise<readonly string[]> {
  const files = await readdir(join(stage.bucket, "backups")).catch(() => []);
  return files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
}
