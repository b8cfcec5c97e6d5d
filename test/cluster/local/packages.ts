import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { promisify } from "node:util";
import { SetupError } from "../programs/setup-error.ts";

const run = promisify(execFile);

/** A program of the operating system, and the Debian package that brings it. */
export interface SystemProgram {
  readonly path: string;
  readonly package: string;
}

/** What the cluster takes from Debian. */
export const systemPrograms: readonly SystemProgram[] = [
  { path: "/usr/bin/containerd", package: "containerd" },
  { path: "/usr/sbin/runc", package: "runc" },
  { path: "/usr/lib/cni/bridge", package: "containernetworking-plugins" },
  { path: "/usr/sbin/iptables", package: "iptables" },
  { path: "/usr/sbin/conntrack", package: "conntrack" },
  { path: "/usr/bin/docker-registry", package: "docker-registry" },
  { path: "/usr/bin/tini-static", package: "tini" },
  { path: "/usr/sbin/ip", package: "iproute2" },
  { path: "/usr/bin/busybox", package: "busybox-static" },
  { path: "/usr/bin/openssl", package: "openssl" },
  { path: "/usr/bin/buildah", package: "buildah" },
  { path: "/usr/bin/skopeo", package: "skopeo" },
  { path: "/usr/bin/curl", package: "curl" },
];

/** What only the git host of the tests needs. */
export const gitHostPrograms: readonly SystemProgram[] = [{ path: "/usr/lib/postgresql", package: "postgresql" }];

/** What only the real Argo CD of the conformance tests needs. */
export const argoCdPrograms: readonly SystemProgram[] = [{ path: "/usr/bin/redis-server", package: "redis-server" }];

async function isThere(path: string): Promise<boolean> {
  // Debian 12 has /bin as a link to /usr/bin; older machines keep both.
  const places = [path, path.replace(/^\/usr/, "")];
  const found = await Promise.all(
    places.map((place) =>
      access(place).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

async function install(packages: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const maxBuffer = 64 * 1024 * 1024;
  await run("apt-get", ["update", "-qq"], { env, maxBuffer });
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, maxBuffer });
}

/**
 * Installs the missing packages and says so.
 *
 * @throws SetupError CLUSTER-02 naming the command that installs them, where that is not possible here
 */
export async function ensurePackages(wanted: readonly SystemProgram[], log: (line: string) => void): Promise<void> {
  const present = await Promise.all(wanted.map((program) => isThere(program.path)));
  const missing = [...new Set(wanted.filter((_, index) => !present[index]).map((program) => program.package))];
  if (missing.length === 0) return;
  log(`installing Debian packages: ${missing.join(", ")}`);
  try {
    await install(missing);
  } catch (cause) {
    const said = (cause as { stderr?: string }).stderr; // execFile adds what apt-get wrote
    throw new SetupError(
      {
        id: "CLUSTER-02",
        what: `the packages ${missing.join(", ")} are missing and could not be installed`,
        why: String(said ?? cause)
          .trim()
          .slice(-500),
        fix: `run as root: apt-get update && apt-get install -y --no-install-recommends ${missing.join(" ")}`,
      },
      cause,
    );
  }
}
