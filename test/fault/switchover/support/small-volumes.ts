import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../../../../steps/lib/errors/error-code.ts";

const mebibyte = 1024 * 1024;
const filler = "filler";

/** A mount namespace of its own in which some folders are small volumes: nothing is left mounted when it ends. */
export class SmallVolumes {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** Mounts a volume of 1 MiB at each folder, which must exist. */
  static async mount(folders: readonly string[]): Promise<SmallVolumes> {
    // It ends with its standard input, hence with the test, however that ends.
    const script =
      'for folder in "$@"; do mount -t tmpfs -o size=1m tmpfs "$folder" || exit 1; done; echo mounted; exec cat';
    const holder = spawn("unshare", ["--mount", "sh", "-c", script, "sh", ...folders], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [answer] = await Promise.race([
      once(holder.stdout, "data"),
      once(holder, "close").then(() => ["the volumes could not be mounted"]),
    ]);
    if (String(answer) !== "mounted\n") throw new Error(String(answer));
    return new SmallVolumes(holder);
  }

  /** Starts a program that sees the volumes. */
  start(command: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn("nsenter", [`--mount=/proc/${this.#holder.pid}/ns/mnt`, "--", command, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
  }

  /** The same file as seen from here. */
  path(path: string): string {
    return `/proc/${this.#holder.pid}/root${path}`;
  }

  /** Leaves no space on the volume at this folder. */
  async fill(folder: string): Promise<void> {
    const file = this.path(join(folder, filler));
    const refusal = await writeFile(file, Buffer.alloc(2 * mebibyte)).catch(errorCode);
    if (refusal !== "ENOSPC") throw new Error(`the volume at ${folder} is not full: ${refusal}`);
  }

  async free(folder: string): Promise<void> {
    await rm(this.path(join(folder, filler)));
  }

  async unmount(): Promise<void> {
    const closed = once(this.#holder, "close");
    this.#holder.stdin?.end();
    await closed;
  }
}
