import { manifestDigest } from "../../../images/build/oci-layout.ts";
import { projectVersion } from "../../../images/build/project-version.ts";
import { ToolError } from "../../../images/build/run-tool.ts";
import { SetupError } from "../programs/setup-error.ts";
import type { RegistryOptions } from "./options.ts";

/** What a registry holds of this version, by digest, as the cluster reaches it. */
export interface Released {
  readonly image: string;
  readonly tasks: string;
  readonly pipelines: string;
}

async function digestOf({ registry, plainHttp }: RegistryOptions, name: string, version: string): Promise<string> {
  const reference = `${registry}/${name}:${version}`;
  try {
    return await manifestDigest({ reference, plainHttp });
  } catch (cause) {
    if (!(cause instanceof ToolError)) throw cause;
    throw new SetupError(
      {
        id: "CURRENT-08",
        what: `${reference} cannot be read`,
        why: cause.message,
        fix: `make image bundle REGISTRY=${registry}; for a registry that asks who you are: skopeo login ${registry.split("/")[0]}`,
      },
      cause,
    );
  }
}

/**
 * Finds image and bundles of this version in the registry. A tag may move; what is installed is what it means now.
 *
 * @throws SetupError CURRENT-08
 */
export async function findReleased(area: string, options: RegistryOptions): Promise<Released> {
  const version = await projectVersion();
  const find = (name: string): Promise<string> => digestOf(options, name, version);
  const at = options.clusterRegistry;
  return {
    image: `${at}/step:${version}@${await find("step")}`,
    tasks: `${at}/${area}-tasks@${await find(`${area}-tasks`)}`,
    pipelines: `${at}/${area}-pipelines@${await find(`${area}-pipelines`)}`,
  };
}
