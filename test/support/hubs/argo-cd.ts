import { join } from "node:path";
import { untilEstablished } from "../api-servers/until-established.ts";
import type { TestApiServer } from "../api-servers.ts";

/** An API server of a test or a hub of its own. */
type Server = Pick<TestApiServer, "kubectl">;

const definitions = join(import.meta.dirname, "../../sim/crds");

/** The kinds of Argo CD on a hub. Nothing of it runs. `vanilla`: without its operator. */
export async function installArgoCd(server: Server, install: "operator" | "vanilla" = "operator"): Promise<void> {
  const names = install === "operator" ? ["applications", "argocds"] : ["applications"];
  await server.kubectl([
    "apply",
    "--server-side",
    ...names.flatMap((name) => ["-f", join(definitions, `${name}.argoproj.io.yaml`)]),
  ]);
  const crds = names.map((name) => `crd/${name}.argoproj.io`);
  await untilEstablished(server, ...crds);
}

export interface ApplicationSeed {
  readonly namespace: string;
  readonly name: string;
  readonly syncPolicy?: object;
  /** Kinds and namespaces of what it manages; default a BackupSchedule of the backup namespace. */
  readonly resources?: readonly { readonly kind: string; readonly namespace?: string; readonly name: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of a sync that is under way, or was the last; default none. */
  readonly phase?: "Running" | "Succeeded";
}

const backupSchedule = {
  kind: "BackupSchedule",
  namespace: "open-cluster-management-backup",
  name: "acm-hub-backup",
};

/** What marks it as a resource of the Application `apps`. */
export function madeByParent({ namespace, name }: Pick<ApplicationSeed, "namespace" | "name">) {
  return { "argocd.argoproj.io/tracking-id": `apps:argoproj.io/Application:${namespace}/${name}` };
}

/** An Application as Argo CD leaves it after a sync. Its namespace is made where it is not there. */
export async function seedApplication(server: Server, seed: ApplicationSeed): Promise<void> {
  const { namespace, name, syncPolicy, resources = [backupSchedule], annotations, phase } = seed;
  const operationState = { operationState: { phase, startedAt: new Date().toISOString(), operation: { sync: {} } } };
  const manifests = [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      metadata: { name, namespace, ...(annotations === undefined ? {} : { annotations }) },
      spec: {
        project: "default",
        destination: { server: "https://kubernetes.default.svc" },
        source: { repoURL: "https://git.example.com/hub.git", path: "." },
        ...(syncPolicy === undefined ? {} : { syncPolicy }),
      },
      status: { sync: { status: "Synced" }, resources, ...(phase === undefined ? {} : operationState) },
    },
  ];
  const list = { apiVersion: "v1", kind: "List", items: manifests };
  await server.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(list));
}

export interface LiveApplication {
  readonly metadata: {
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly syncPolicy?: Readonly<Record<string, unknown>> };
}

export const marker = "acm-switchover.argoproj.io/paused-by";

export async function readApplication(
  server: Server,
  { namespace, name }: Pick<ApplicationSeed, "namespace" | "name">,
): Promise<LiveApplication> {
  return JSON.parse(await server.kubectl(["-n", namespace, "get", `applications.argoproj.io/${name}`, "-o", "json"]));
}

/** Writes as somebody else would: Argo CD, an ApplicationSet, a person. */
export async function patchApplication(
  server: Server,
  { namespace, name }: Pick<ApplicationSeed, "namespace" | "name">,
  patch: object,
): Promise<void> {
  const target = `applications.argoproj.io/${name}`;
  await server.kubectl(["-n", namespace, "patch", target, "--type=merge", "-p", JSON.stringify(patch)]);
}

export async function removeApplication(
  server: Server,
  { namespace, name }: Pick<ApplicationSeed, "namespace" | "name">,
): Promise<void> {
  await server.kubectl(["-n", namespace, "delete", `applications.argoproj.io/${name}`, "--ignore-not-found"]);
}
