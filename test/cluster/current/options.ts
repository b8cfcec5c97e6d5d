import { access, constants } from "node:fs/promises";
import { resolve } from "node:path";
import { requireRegistry, UsageError } from "../../../images/build/run-command.ts";
import { SetupError } from "../programs/setup-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the image and the bundles are. */
export interface RegistryOptions {
  /** As this machine reaches it. */
  readonly registry: string;
  /** As the cluster's nodes and Tekton reach it. */
  readonly clusterRegistry: string;
  readonly plainHttp: boolean;
}

export const operations = ["validate", "dry-run", "switchover"] as const;
export type Operation = (typeof operations)[number];

/** What is run between which hubs. */
export interface OperationOptions {
  readonly operation: Operation;
  /** Kubeconfig files. */
  readonly targets: { readonly primary: string; readonly secondary: string };
  /** Cluster id of the new hub; a run that changes anything needs it. */
  readonly confirmNewHub?: string;
}

function missingRegistry(why: string): SetupError {
  return new SetupError({
    id: "CURRENT-01",
    what: "the registry of the image and the bundles is not known",
    why,
    fix: "make image bundle REGISTRY=registry.example.com/fairlead, then repeat with the same REGISTRY",
  });
}

/**
 * REGISTRY, and where they are needed CLUSTER_REGISTRY (the same place as the cluster reaches it) and PLAIN_HTTP=1.
 *
 * @throws SetupError CURRENT-01
 */
export function registryOptions(environment: Environment): RegistryOptions {
  try {
    const registry = requireRegistry(environment["REGISTRY"]);
    const clusterRegistry = environment["CLUSTER_REGISTRY"] || registry;
    return { registry, clusterRegistry, plainHttp: (environment["PLAIN_HTTP"] ?? "") !== "" };
  } catch (error) {
    if (error instanceof UsageError) throw missingRegistry(error.message);
    throw error;
  }
}

function isOperation(text: string): text is Operation {
  return (operations as readonly string[]).includes(text);
}

async function target(environment: Environment, name: string, hub: string): Promise<string> {
  const file = environment[name] ?? "";
  const fix = `give ${name}=<kubeconfig file of the ${hub} hub>, one that works from inside the cluster`;
  if (file === "")
    throw new SetupError({
      id: "CURRENT-02",
      what: `the ${hub} hub is not named`,
      why: `${name} is not set; this cluster only runs the operation, its targets are yours to name`,
      fix,
    });
  const path = resolve(file);
  try {
    await access(path, constants.R_OK);
  } catch (cause) {
    const what = `the kubeconfig of the ${hub} hub, ${path}, cannot be read`;
    throw new SetupError({ id: "CURRENT-03", what, why: String(cause), fix }, cause);
  }
  return path;
}

/**
 * OPERATION (validate when absent), PRIMARY_KUBECONFIG, SECONDARY_KUBECONFIG and CONFIRM_NEW_HUB.
 *
 * @throws SetupError CURRENT-02 to CURRENT-05
 */
export async function operationOptions(environment: Environment): Promise<OperationOptions> {
  const operation = environment["OPERATION"] || "validate";
  if (!isOperation(operation))
    throw new SetupError({
      id: "CURRENT-04",
      what: `OPERATION "${operation}" is not known`,
      why: `operations are ${operations.join(", ")}`,
      fix: "use one of them; validate and dry-run change nothing",
    });
  const confirmNewHub = environment["CONFIRM_NEW_HUB"] ?? "";
  if (operation === "switchover" && confirmNewHub === "")
    throw new SetupError({
      id: "CURRENT-05",
      what: "a switchover is not confirmed",
      why: "it moves the fleet of the hubs that you name",
      fix: "repeat the cluster id of the new hub: CONFIRM_NEW_HUB=<id>, as OPERATION=dry-run shows it",
    });
  const targets = {
    primary: await target(environment, "PRIMARY_KUBECONFIG", "primary"),
    secondary: await target(environment, "SECONDARY_KUBECONFIG", "secondary"),
  };
  return { operation, targets, ...(confirmNewHub === "" ? {} : { confirmNewHub }) };
}
