import { join } from "node:path";
import { untilEstablished } from "../api-servers/until-established.ts";
import type { TestApiServer } from "../api-servers.ts";

/** An API server of a test or a hub of its own. */
type Server = Pick<TestApiServer, "kubectl">;

const definitions = join(import.meta.dirname, "../../sim/crds");
const crds = ["kustomizations.kustomize.toolkit.fluxcd.io", "helmreleases.helm.toolkit.fluxcd.io"] as const;

/** The kinds of Flux on a hub. Nothing of it runs. */
export async function installFlux(server: Server): Promise<void> {
  await server.kubectl([
    "apply",
    "--server-side",
    ...crds.flatMap((name) => ["-f", join(definitions, `${name}.yaml`)]),
  ]);
  await untilEstablished(server, ...crds.map((name) => `crd/${name}`));
}

export interface FluxPlace {
  readonly kind: "Kustomization" | "HelmRelease";
  readonly namespace: string;
  readonly name: string;
}

export interface FluxSeed extends FluxPlace {
  readonly suspend?: boolean;
  readonly targetNamespace?: string;
  /** Name of the Kustomization that applied it, with every field of its spec. */
  readonly parent?: string;
  /** Ids of the inventory; default that of a BackupSchedule. Only a Kustomization has one here. */
  readonly inventory?: readonly string[];
  /** Reason of the condition Reconciling; default there is none. */
  readonly reconciling?: "Progressing" | "ProgressingWithRetry";
}

const apiVersions = {
  Kustomization: "kustomize.toolkit.fluxcd.io/v1",
  HelmRelease: "helm.toolkit.fluxcd.io/v2",
} as const;
const plurals = { Kustomization: crds[0], HelmRelease: crds[1] } as const;
const specs = {
  Kustomization: { interval: "10m", prune: true, sourceRef: { kind: "GitRepository", name: "hub" } },
  HelmRelease: { interval: "10m", chartRef: { kind: "OCIRepository", name: "hub" } },
} as const;
const backupSchedule =
  "open-cluster-management-backup_acm-hub-backup_cluster.open-cluster-management.io_BackupSchedule";

/** As Flux leaves it after a reconciliation. Its namespace is made where it is not there. */
export async function seedFlux(server: Server, seed: FluxSeed): Promise<void> {
  const { kind, namespace, name, suspend, targetNamespace, parent } = seed;
  const labels = {
    "kustomize.toolkit.fluxcd.io/name": parent,
    "kustomize.toolkit.fluxcd.io/namespace": namespace,
  };
  const object = {
    apiVersion: apiVersions[kind],
    kind,
    metadata: { name, namespace, ...(parent === undefined ? {} : { labels }) },
    spec: {
      ...specs[kind],
      ...(suspend === undefined ? {} : { suspend }),
      ...(targetNamespace === undefined ? {} : { targetNamespace }),
    },
  };
  const items = [{ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }, object];
  await server.kubectl(
    ["apply", "--server-side", "--force-conflicts", "--field-manager=kustomize-controller", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items }),
  );
  await writeStatus(server, seed);
}

/** Writes as Flux's controller would. */
export async function writeStatus(server: Server, seed: FluxSeed): Promise<void> {
  const { kind, namespace, name, inventory = [backupSchedule], reconciling } = seed;
  const condition = {
    ...{ type: "Reconciling", status: "True", reason: reconciling },
    ...{ message: "", lastTransitionTime: new Date().toISOString() },
  };
  const status = {
    conditions: reconciling === undefined ? [] : [condition],
    ...(kind === "Kustomization" ? { inventory: { entries: inventory.map((id) => ({ id, v: "v1beta1" })) } } : {}),
  };
  const target = `${plurals[kind]}/${name}`;
  const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })];
  await server.kubectl(["-n", namespace, "patch", target, ...patch]);
}

export interface LiveFlux {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly suspend?: boolean };
}

export async function readFlux(server: Server, { kind, namespace, name }: FluxPlace): Promise<LiveFlux> {
  return JSON.parse(await server.kubectl(["-n", namespace, "get", `${plurals[kind]}/${name}`, "-o", "json"]));
}

/** Writes as somebody else would: a parent Kustomization, a person. */
export async function patchFlux(server: Server, { kind, namespace, name }: FluxPlace, patch: object): Promise<void> {
  await server.kubectl([
    ...["-n", namespace, "patch", `${plurals[kind]}/${name}`],
    ...["--type=merge", "-p", JSON.stringify(patch)],
  ]);
}

export async function removeFlux(server: Server, namespace: string): Promise<void> {
  for (const plural of Object.values(plurals)) await server.kubectl(["-n", namespace, "delete", plural, "--all"]);
}
