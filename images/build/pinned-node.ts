import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Architecture, nodeArchitectures } from "./architecture.ts";
import { cacheFolder } from "./cache-folder.ts";
import { lockedPackage, readLockFile } from "./locked-packages.ts";
import { runTool } from "./run-tool.ts";

export interface PinnedNode {
  readonly binary: string;
  readonly version: string;
}

/** The package of this machine's architecture is installed like any other. */
function installedBinary(name: string): string | undefined {
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), "bin/node");
  } catch {
    return undefined;
  }
}

/** npm installs no package of a foreign architecture, but packs it; its hash is that of the lock file. */
async function fetchBinary(name: string, version: string, sha512: string): Promise<string> {
  const folder = join(cacheFolder(), "node", `${name}-${version}`);
  const binary = join(folder, "package/bin/node");
  const present = await access(binary).then(
    () => true,
    () => false,
  );
  if (present) return binary;
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.tmp-`);
  try {
    await runTool("npm", ["pack", "--silent", `${name}@${version}`], { cwd: temporary });
    const archive = join(temporary, `${name}-${version}.tgz`);
    const found = createHash("sha512")
      .update(await readFile(archive))
      .digest("hex");
    if (found !== sha512)
      throw new Error(`the registry's ${name}@${version} has SHA-512 ${found}, package-lock.json says ${sha512}`);
    await runTool("tar", ["-xzf", archive, "-C", temporary, "--no-same-owner", "package/bin/node"]);
    await rm(archive);
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return binary;
}

/** The Node that the lock file pins, for this machine or another architecture. */
export async function pinnedNode(architecture: Architecture): Promise<PinnedNode> {
  const name = `node-linux-${nodeArchitectures[architecture]}`;
  const { version, sha512 } = lockedPackage(await readLockFile(), `node_modules/${name}`);
  return { binary: installedBinary(name) ?? (await fetchBinary(name, version, sha512)), version };
}
