import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { runTool } from "./run-tool.ts";

/** Exactly what the Node binary links against, and certificates. */
const packageNames = ["ca-certificates", "libc6", "libgcc-s1", "libstdc++6", "zlib1g"];

export interface DebianPackage {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
  /** The control record, as scanners look for it in an image. */
  readonly control: string;
}

/** Documentation and translations; licences stay. */
const leftOut = /^usr\/share\/(?:man|locale|lintian|info|doc-base)$/;

async function debFiles(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".deb")).sort();
}

async function complete(folder: string): Promise<boolean> {
  const files = await debFiles(folder).catch(() => []);
  return packageNames.every((name) => files.some((file) => file.startsWith(`${name}_`)));
}

/** Downloads all or nothing: a folder that exists is complete. */
async function download(folder: string): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.tmp-`);
  try {
    await runTool("apt-get", ["download", ...packageNames], { cwd: temporary });
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function describe(file: string): Promise<DebianPackage> {
  const control = await runTool("dpkg-deb", ["--field", file]);
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(control)?.[1] ?? "";
  return {
    file,
    name: field("Package"),
    version: field("Version"),
    architecture: field("Architecture"),
    sha256: createHash("sha256")
      .update(await readFile(file))
      .digest("hex"),
    control,
  };
}

/**
 * The Debian packages of the local base, from the cache after the first time.
 *
 * @param refresh download them again, for security updates
 */
export async function debianPackages(refresh: boolean): Promise<readonly DebianPackage[]> {
  const folder = join(cacheFolder(), "image-base");
  if (refresh || !(await complete(folder))) await download(folder);
  return Promise.all((await debFiles(folder)).map((name) => describe(join(folder, name))));
}

/** The certificate bundle that `update-ca-certificates` would make, whose scripts do not run here. */
async function bundleCertificates(rootfs: string): Promise<void> {
  const folder = join(rootfs, "usr/share/ca-certificates/mozilla");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".crt")).sort();
  const certificates = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  await mkdir(join(rootfs, "etc/ssl/certs"), { recursive: true });
  await writeFile(join(rootfs, "etc/ssl/certs/ca-certificates.crt"), certificates.join(""));
}

/** Unpacks the packages into a root directory and records them where scanners of images without dpkg look. */
export async function unpackPackages(packages: readonly DebianPackage[], rootfs: string): Promise<void> {
  const status = join(rootfs, "var/lib/dpkg/status.d");
  await mkdir(status, { recursive: true });
  for (const debian of packages) {
    await runTool("dpkg-deb", ["--extract", debian.file, rootfs]);
    await writeFile(join(status, debian.name), debian.control);
  }
  const shared = await readdir(join(rootfs, "usr/share"));
  const unused = shared.map((name) => `usr/share/${name}`).filter((path) => leftOut.test(path));
  for (const path of unused) await rm(join(rootfs, path), { recursive: true });
  await bundleCertificates(rootfs);
}
