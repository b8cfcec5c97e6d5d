import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { areaManifests } from "../../../images/build/area-manifests.ts";
import { projectVersion } from "../../../images/build/project-version.ts";
import { ensurePackages } from "../../cluster/local/packages.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { freePort } from "../../support/api-servers/free-port.ts";
import { ManagedProcess } from "../../support/api-servers/managed-process.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const minute = 60_000;

const packages = ["buildah", "curl", "docker-registry", "skopeo"].map((name) => ({
  path: `/usr/bin/${name}`,
  package: name,
}));

/** A registry of images, real and empty. */
async function startRegistry(folder: string, host: string): Promise<ManagedProcess> {
  const configuration = `version: 0.1
storage: {filesystem: {rootdirectory: ${join(folder, "registry")}}}
http: {addr: "${host}"}
`;
  await writeFile(join(folder, "registry.yaml"), configuration);
  const registry = await ManagedProcess.start({
    name: "registry",
    command: "/usr/bin/docker-registry",
    args: ["serve", join(folder, "registry.yaml")],
    folder,
    pidFolder: folder,
  });
  await run("curl", ["-sS", "--retry", "30", "--retry-connrefused", "--retry-delay", "1", `http://${host}/v2/`]);
  return registry;
}

describe("publishing to a registry", () => {
  let folder: string;
  let host: string;
  let version: string;
  let registry: ManagedProcess;
  let image: string;

  /** A command of the build, as make starts it. @returns its standard output */
  async function command(name: string, ...flags: readonly string[]): Promise<string> {
    const args = [join("images/build", name), "--registry", `${host}/fairlead`, "--plain-http", ...flags];
    return (await run(process.execPath, args, { cwd: root })).stdout;
  }

  async function manifest(reference: string): Promise<string> {
    const accept = "application/vnd.oci.image.manifest.v1+json";
    const url = `http://${host}/v2/fairlead/step/manifests/${reference}`;
    return await (await fetch(url, { headers: { accept } })).text();
  }

  beforeAll(async () => {
    await ensurePackages(packages, () => {});
    folder = await mkdtemp(join(tmpdir(), "fairlead-publish-"));
    host = `127.0.0.1:${await freePort()}`;
    registry = await startRegistry(folder, host);
    version = await projectVersion();
    image = (await command("image-command.ts")).trim();
  }, 5 * minute);

  afterAll(async () => {
    await registry?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  test("the image is printed and kept by tag and digest, as the registry knows it", async () => {
    const digest = createHash("sha256")
      .update(await manifest(version))
      .digest("hex");
    expect(image).toBe(`${host}/fairlead/step:${version}@sha256:${digest}`);
    expect((await readFile(join(root, "dist/release/image"), "utf8")).trim()).toBe(image);
  });

  test("the image's bill of materials lies beside it, as an artifact whose subject is the image", async () => {
    const digest = image.split("@")[1] ?? "";
    const artifact = JSON.parse(await manifest(`${digest.replace(":", "-")}.sbom`));
    expect(artifact).toMatchObject({
      artifactType: "application/vnd.cyclonedx+json",
      subject: { mediaType: "application/vnd.oci.image.manifest.v1+json", digest },
    });
    const [layer] = artifact.layers;
    const document = await (await fetch(`http://${host}/v2/fairlead/step/blobs/${layer.digest}`)).json();
    expect(document).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name: "fairlead-step" } } });
  });

  test(
    "bundles keep the digest that they had on disk, and tkn reads in them what was put in",
    async () => {
      const printed = await command("bundle-command.ts", "--area", "switchover");
      const { tkn = "tkn" } = await ensurePrograms(["tkn"]);
      for (const kind of ["tasks", "pipelines"] as const) {
        const name = `switchover-${kind}`;
        const index = JSON.parse(await readFile(join(root, "dist/bundles", name, "index.json"), "utf8"));
        const reference = `${host}/fairlead/${name}@${index.manifests[0].digest}`;
        expect(printed).toContain(`${kind.padEnd(9)} ${reference}\n`);
        const { stdout } = await run(tkn, ["bundle", "list", reference]);
        const expected = (await areaManifests("switchover", kind)).map((object) => object.name);
        expect([...stdout.matchAll(/tekton\.dev\/(\S+)/g)].map((match) => match[1])).toEqual(expected);
      }
    },
    2 * minute,
  );

  test("the rendered manifests hold the image that was pushed", async () => {
    const task = await readFile(join(root, "dist/manifests/switchover/tasks/preflight/preflight.yaml"), "utf8");
    expect(task).toContain(`image: ${image}\n`);
  });
});
