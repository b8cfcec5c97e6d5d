import { execFile, spawn } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Ended, ended } from "../switchover/support/switchover-bench.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");

/** As OpenShift gives one to a namespace: no user database knows it. */
export const unknownUser = 1_000_650_000;

// Runs as root of the new namespace: what stays writable is the mount that is made writable before the rest is not.
// /proc keeps the maps of user ids writable for the second `unshare`; its files are the kernel's.
const sandbox = `
set -eu
folder=$1; shift
mount --bind "$folder/writable" "$folder/writable"
awk '$2 !~ "^/proc" { print $2 }' /proc/self/mounts | while read -r place; do
  if [ "$place" != "$folder/writable" ]; then mount -o remount,bind,ro "$place" 2>/dev/null || true; fi
done
for place in / /tmp "$folder"; do
  if touch "$place/.fairlead-written" 2>/dev/null; then echo "$place is writable" >&2; exit 99; fi
done
exec "$@"
`;

/** A user id that nobody knows, of the group 0 and without capabilities. Who is not root gets one in a user namespace. */
function becomeUnknown(isRoot: boolean): readonly string[] {
  if (!isRoot) return ["unshare", "--user", `--map-user=${unknownUser}`, "--map-group=0"];
  const ids = [`--reuid=${unknownUser}`, "--regid=0", "--clear-groups"];
  return ["setpriv", ...ids, "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"];
}

/** The built program where nothing is writable but one folder, nobody knows the user and there is no HOME. */
export class Sandbox {
  /** The only folder that can be written. */
  readonly writable: string;
  private readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.writable = join(folder, "writable");
  }

  static async open(): Promise<Sandbox> {
    const made = new Sandbox(await mkdtemp(join(tmpdir(), "fairlead-sandbox-")));
    await chmod(made.folder, 0o755);
    await mkdir(made.writable);
    await made.give();
    await run(process.execPath, ["images/build/build.ts", "--out", join(made.folder, "bin")], { cwd: root });
    // The checkout may lie where only its owner may look.
    await copyFile(process.execPath, join(made.folder, "bin/node"));
    return made;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** Lets the unknown user read and write what lies in the writable folder now. */
  async give(): Promise<void> {
    // Who is not root is that user inside the namespace.
    if (process.getuid?.() === 0) await run("chown", ["-R", `${unknownUser}:0`, this.writable]);
  }

  run(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
    const isRoot = process.getuid?.() === 0;
    const namespaces = isRoot ? ["--mount"] : ["--user", "--map-root-user", "--mount"];
    const bin = join(this.folder, "bin");
    const variables = Object.entries({ PATH: `${bin}:/usr/bin:/bin`, ...environment }).map(
      ([name, value]) => `${name}=${value}`,
    );
    const command = [
      ...[...namespaces, "--propagation", "private", "--", "bash", "-c", sandbox, "sandbox", this.folder],
      ...[...becomeUnknown(isRoot), "env", "--ignore-environment", ...variables, "fairlead", ...args],
    ];
    return ended(spawn("unshare", command, { cwd: "/", stdio: ["ignore", "pipe", "pipe"] }));
  }
}
