import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { LocalBase } from "../../../images/build/local-base.ts";
import { lockedPackage, readLockFile } from "../../../images/build/locked-packages.ts";
import { imageSbom, programParts, programSbomName } from "../../../images/build/sbom.ts";
import { type SbomPart, sbomDocument } from "../../../images/build/sbom-document.ts";

interface Document {
  readonly serialNumber: string;
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } };
  readonly components: readonly {
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly licenses?: readonly unknown[];
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

function parse(document: string): Document {
  return JSON.parse(document);
}

/** Faults that CycloneDX's own strict schema finds. */
async function faultsOf(document: string): Promise<unknown> {
  return await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(document);
}

const root = join(import.meta.dirname, "../../..");

const base: LocalBase = {
  tag: "localhost/fairlead-base:1",
  nodeVersion: "24.21.0",
  nodeSha256: "a".repeat(64),
  packages: [
    {
      file: "libc6.deb",
      name: "libc6",
      version: "2.36-9+deb12u14",
      architecture: "amd64",
      sha256: "b".repeat(64),
      licence: "LGPL-2.1-or-later",
      control: "Package: libc6\n",
    },
  ],
};

const part: SbomPart = {
  kind: "library",
  name: "one",
  version: "1.0.0",
  licence: "MIT",
  purl: "pkg:npm/one@1.0.0",
  hashes: [["SHA-512", "c".repeat(128)]],
  dependsOn: [],
};
const subject: SbomPart = { ...part, kind: "application", name: "app", purl: "pkg:generic/app@1", hashes: [] };

describe("the bill of materials of the program", () => {
  let folder: string;
  let text: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "fairlead-sbom-"));
    execFileSync(process.execPath, ["images/build/sbom-command.ts", "--out", folder], { cwd: root, stdio: "pipe" });
    text = readFileSync(join(folder, programSbomName), "utf8");
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("is valid by CycloneDX's strict schema", async () => {
    expect(await faultsOf(text)).toBeNull();
  });

  test("names the packages whose code is in the bundle", async () => {
    const lock = await readLockFile();
    const names = parse(text).components.map(({ name, version }) => `${name} ${version}`);
    for (const name of ["undici", "yargs", "pino", "@kubernetes/client-node"]) {
      expect(names).toContain(`${name} ${lock[`node_modules/${name}`]?.version}`);
    }
  });

  test("names no tool of development, and no dependency that is installed and left out", () => {
    const names = parse(text).components.map((one) => one.name);
    const development = ["esbuild", "jest", "typescript", "@types/node"];
    // client-node depends on these; the modules that use them are never imported.
    const leftOut = ["form-data", "tar-fs", "stream-buffers"];
    expect(names.filter((name) => [...development, ...leftOut].includes(name))).toEqual([]);
  });

  test("gives each package its licence and the hash that the lock file pins", async () => {
    const { components } = parse(text);
    expect(components.filter((one) => one.licenses === undefined || one.hashes === undefined)).toEqual([]);
    const undici = lockedPackage(await readLockFile(), "node_modules/undici");
    expect(components.find((one) => one.name === "undici")?.hashes).toEqual([
      { alg: "SHA-512", content: undici.sha512 },
    ]);
  });

  test("tells what depends on what: the program on its packages, a package on those that it calls", () => {
    const { dependencies, components } = parse(text);
    const of = (start: string): readonly string[] =>
      dependencies.find((one) => one.ref.startsWith(start))?.dependsOn ?? [];
    expect(of("pkg:generic/fairlead@")).toHaveLength(components.length);
    expect(of("pkg:npm/openid-client@").join()).toMatch(/^pkg:npm\/oauth4webapi@/);
  });
});

describe("the bill of materials of the image", () => {
  const places = ["node_modules/openid-client", "node_modules/oauth4webapi"];

  test("is valid, with a base of Debian packages and with a foreign one", async () => {
    const parts = await programParts(places);
    const foreign = "registry.example.com:5000/ubi/node-24:1@sha256:".concat("d".repeat(64));
    expect(await faultsOf(imageSbom(parts, "amd64", base))).toBeNull();
    expect(await faultsOf(imageSbom(parts, "arm64", foreign))).toBeNull();
  });

  test("adds Node and the packages of the base to those of the program", async () => {
    const { components } = parse(imageSbom(await programParts(places), "amd64", base));
    expect(components.map((one) => one.purl.replace(/@.*/, ""))).toEqual([
      "pkg:deb/debian/libc6",
      "pkg:generic/fairlead",
      "pkg:generic/node",
      "pkg:npm/oauth4webapi",
      "pkg:npm/openid-client",
    ]);
  });

  test("names a foreign base by its digest", async () => {
    const foreign = "registry.example.com:5000/ubi/node-24:1@sha256:".concat("d".repeat(64));
    const { components } = parse(imageSbom(await programParts(places), "arm64", foreign));
    expect(components.find((one) => one.name.includes("node-24"))).toMatchObject({
      name: "registry.example.com:5000/ubi/node-24",
      hashes: [{ alg: "SHA-256", content: "d".repeat(64) }],
    });
  });
});

describe("a bill of materials", () => {
  test("is the same bytes whatever order the parts come in, and another document when one part differs", () => {
    const other = { ...part, name: "two", purl: "pkg:npm/two@1.0.0" };
    expect(sbomDocument(subject, [part, other])).toBe(sbomDocument(subject, [other, part]));
    const changed = parse(sbomDocument(subject, [part, { ...other, version: "2.0.0" }]));
    expect(changed.serialNumber).not.toBe(parse(sbomDocument(subject, [part, other])).serialNumber);
  });

  test("cannot name a dependency that it does not describe", () => {
    expect(() => sbomDocument(subject, [{ ...part, dependsOn: ["pkg:npm/gone@1.0.0"] }])).toThrow(
      "one depends on pkg:npm/gone@1.0.0, which is not in the document",
    );
  });
});
