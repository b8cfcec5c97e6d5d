import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Architecture } from "./architecture.ts";
import { cacheFolder } from "./cache-folder.ts";
import { runTool } from "./run-tool.ts";

/** Exactly what the Node binary links against, and certificates; with the licences that their copyright files give. */
const licences = {
  "ca-certificates": "MPL-2.0 AND GPL-2.0-or-later",
  libc6: "LGPL-2.1-or-later",
  "libgcc-s1": "GPL-3.0-or-later WITH GCC-exception-3.1",
  "libstdc++6": "GPL-3.0-or-later WITH GCC-exception-3.1",
  zlib1g: "Zlib",
} as const;

const packageNames = Object.keys(licences);

export interface DebianPackage {
  readonly file: string;
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly sha256: string;
  /** SPDX expression. */
  readonly licence: string;
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

/** apt with lists of its own: those of the machine may be old or of another architecture, and stay as they are. */
function aptOptions(state: string, architecture: Architecture): readonly string[] {
  const settings = {
    "APT::Architecture": architecture,
    "APT::Architectures": architecture,
    "APT::Sandbox::User": "",
    "Dir::State": join(state, "state"),
    "Dir::State::status": "/dev/null",
    "Dir::Cache": join(state, "cache"),
  };
  return ["-qq", ...Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`])];
}

/** Downloads all or nothing: a folder that exists is complete. */
async function download(folder: string, architecture: Architecture): Promise<void> {
  await mkdir(dirname(folder), { recursive: true });
  const temporary = await mkdtemp(`${folder}.tmp-`);
  const state = await mkdtemp(`${folder}.tmp-`);
  try {
    await mkdir(join(state, "state/lists/partial"), { recursive: true });
    await mkdir(join(state, "cache/archives/partial"), { recursive: true });
    const options = aptOptions(state, architecture);
    await runTool("apt-get", [...options, "update"]);
    await runTool("apt-get", [...options, "download", ...packageNames], { cwd: temporary });
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder);
  } finally {
    await rm(temporary, { recursive: true, force: true });
    await rm(state, { recursive: true, force: true });
  }
}

function licenceOf(name: string): string {
  return Object.entries(licences).find(([known]) => known === name)?.[1] ?? "NOASSERTION";
}

async function describe(file: string): Promise<DebianPackage> {
  const control = await runTool("dpkg-deb", ["--field", file]);
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(control)?.[1] ?? "";
  return {
    file,
    name: field("Package"),
    licence: licenceOf(field("Package")),
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
export async function debianPackages(architecture: Architecture, refresh: boolean): Promise<readonly DebianPackage[]> {
  const folder = join(cacheFolder(), "image-base", architecture);
  if (refresh || !(await complete(folder))) await download(folder, architecture);
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
