import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ownArchitecture } from "../../../images/build/architecture.ts";
import { saveImage } from "../../../images/build/buildah.ts";
import { withStepImages } from "../../../images/build/image.ts";
import { imageBudget } from "../../../images/build/size-budget.ts";
import { ensurePackages } from "../../cluster/local/packages.ts";
import { type Ended, ended } from "../../integration/switchover/support/switchover-bench.ts";

const run = promisify(execFile);
const minute = 60_000;

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

/** An image that was saved as an OCI layout. */
interface SavedImage {
  readonly digest: string;
  readonly layers: readonly Descriptor[];
  readonly config: {
    readonly architecture: string;
    readonly config: {
      readonly User: string;
      readonly Env: readonly string[];
      readonly Entrypoint: readonly string[];
      readonly Labels: Readonly<Record<string, string>>;
    };
  };
  readonly blob: (digest: string) => Promise<Buffer>;
}

async function readLayout(folder: string): Promise<SavedImage> {
  const blob = (digest: string): Promise<Buffer> => readFile(join(folder, "blobs", digest.replace(":", "/")));
  const index = JSON.parse(await readFile(join(folder, "index.json"), "utf8"));
  const digest: string = index.manifests[0].digest;
  const manifest = JSON.parse((await blob(digest)).toString());
  const config = JSON.parse((await blob(manifest.config.digest)).toString());
  return { digest, layers: manifest.layers, config, blob };
}

/** Builds the image and saves it. */
async function build(folder: string, architecture = ownArchitecture()): Promise<SavedImage> {
  return await withStepImages({ architectures: [architecture] }, async ([image]) => {
    if (image === undefined) throw new Error("no image was built");
    await saveImage(image.tag, folder);
    return await readLayout(folder);
  });
}

async function unpack(layers: readonly Descriptor[], layout: string, rootfs: string): Promise<void> {
  await mkdir(rootfs);
  for (const { digest } of layers) {
    const archive = join(layout, "blobs", digest.replace(":", "/"));
    await run("tar", ["-xpzf", archive, "-C", rootfs, "--numeric-owner"]);
  }
}

/** What `readelf` calls the machine of a program. */
const elfMachines = { amd64: 0x3e, arm64: 0xb7 } as const;

describe("the step image", () => {
  let folder: string;
  let image: SavedImage;
  let rootfs: string;

  beforeAll(async () => {
    await ensurePackages([{ path: "/usr/bin/buildah", package: "buildah" }], () => {});
    folder = await mkdtemp(join(tmpdir(), "fairlead-image-test-"));
    image = await build(join(folder, "first"));
    rootfs = join(folder, "rootfs");
    await unpack(image.layers, join(folder, "first"), rootfs);
  }, 5 * minute);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test(
    "has one digest however often it is built from one commit",
    async () => {
      expect((await build(join(folder, "second"))).digest).toBe(image.digest);
    },
    3 * minute,
  );

  test(
    "is built for the other architecture too, where nothing of it can run",
    async () => {
      const other = ownArchitecture() === "amd64" ? "arm64" : "amd64";
      const foreign = await build(join(folder, "other"), other);
      await unpack(foreign.layers, join(folder, "other"), join(folder, "other-rootfs"));
      const node = await readFile(join(folder, "other-rootfs/usr/bin/node"));
      expect([foreign.config.architecture, node.readUInt16LE(0x12)]).toEqual([other, elfMachines[other]]);
      // The program is the same: only the base differs.
      expect(foreign.layers.at(-1)?.digest).toBe(image.layers.at(-1)?.digest);
    },
    5 * minute,
  );

  test("keeps its size: a new large dependency must show itself", () => {
    const size = image.layers.reduce((sum, layer) => sum + layer.size, 0);
    expect(size).toBeLessThanOrEqual(imageBudget);
  });

  test("has the base below and the program alone in the last layer, so that a new version pulls little", async () => {
    const [, program, ...more] = image.layers;
    expect([image.layers.length, more]).toEqual([2, []]);
    const archive = gunzipSync(await image.blob(program?.digest ?? ""));
    const { stdout } = await listArchive(archive);
    expect(stdout.split("\n").filter((name) => !/^(opt\/|opt\/fairlead\/.*)?$/.test(name))).toEqual([]);
  });

  test("runs as a numeric user that is not root, of the group 0, and starts without a shell", () => {
    const { User, Env, Entrypoint } = image.config.config;
    expect([User, Entrypoint]).toEqual(["1001:0", ["fairlead"]]);
    expect(Env).toContain("PATH=/opt/fairlead:/usr/local/bin:/usr/bin:/bin");
  });

  test("says what it is, whose it is and from which commit", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    const commit = (await run("git", ["rev-parse", "HEAD"])).stdout.trim();
    expect(image.config.config.Labels).toMatchObject({
      "org.opencontainers.image.title": "fairlead",
      "org.opencontainers.image.licenses": "Apache-2.0",
      "org.opencontainers.image.source": expect.stringMatching(/^https:\/\//),
      "org.opencontainers.image.version": version,
      "org.opencontainers.image.revision": expect.stringMatching(new RegExp(`^${commit}(-dirty)?$`)),
    });
    expect(image.config.architecture).toBe(ownArchitecture());
  });

  test("belongs to root alone: everyone may read, nobody may write", async () => {
    const wrong = [
      "(",
      "!",
      "-uid",
      "0",
      "-o",
      "!",
      "-gid",
      "0",
      "-o",
      "-perm",
      "/022",
      "-o",
      "!",
      "-perm",
      "-444",
      ")",
    ];
    const { stdout } = await run("find", [join(rootfs, "opt/fairlead"), ...wrong]);
    expect(stdout).toBe("");
    const writable = await run("find", [rootfs, "!", "-type", "l", "-perm", "/022", "!", "-path", join(rootfs, "tmp")]);
    expect(writable.stdout).toBe("");
  });

  test("has no shell, and certificates", async () => {
    const programs = [
      ...(await readdir(join(rootfs, "usr/bin"))),
      ...(await readdir(join(rootfs, "bin")).catch(() => [])),
    ];
    expect(programs.filter((name) => /^(ba|da|z|)sh$|busybox/.test(name))).toEqual([]);
    expect(await readFile(join(rootfs, "etc/ssl/certs/ca-certificates.crt"), "utf8")).toContain("BEGIN CERTIFICATE");
  });

  test("carries the program's bill of materials where scanners look", async () => {
    const sbom = JSON.parse(await readFile(join(rootfs, "opt/fairlead/fairlead.cdx.json"), "utf8"));
    expect([sbom.bomFormat, sbom.metadata.component.name]).toEqual(["CycloneDX", "fairlead"]);
  });

  test("runs for a user id of a namespace, with a read-only root and nothing but the image", async () => {
    const { exitCode, stdout, stderr } = await runInImage(rootfs, ["fairlead", "--version"]);
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^fairlead \d+\.\d+\.\d+\n$/),
      stderr: "",
    });
  });

  test("prints help and completion there too", async () => {
    for (const words of [["--help"], ["switchover", "--help"], ["completion", "--shell", "bash"]]) {
      const { exitCode, stdout, stderr } = await runInImage(rootfs, ["fairlead", ...words]);
      expect({ words, exitCode, stderr }).toEqual({ words, exitCode: 0, stderr: "" });
      expect(stdout).toContain("fairlead");
    }
  });
});

function listArchive(archive: Buffer): Promise<Ended> {
  const child = spawn("tar", ["-tf", "-"], { stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.end(archive);
  return ended(child);
}

/** The kubelet's way, without a kubelet: the image's files as a read-only root, a user id that it does not know. */
function runInImage(rootfs: string, command: readonly string[]): Promise<Ended> {
  const script = `
set -eu
mount --bind "$1" "$1"
mount -o remount,bind,ro "$1"
root=$1; shift
chroot=$(command -v chroot)
exec env -i PATH=/opt/fairlead:/usr/local/bin:/usr/bin:/bin "$chroot" --userspec=1000650000:0 "$root" "$@"`;
  const args = ["--mount", "--propagation", "private", "--", "bash", "-c", script, "image", rootfs, ...command];
  return ended(spawn("unshare", args, { stdio: ["ignore", "pipe", "pipe"] }));
}
