import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { contextDocumentSchema } from "../../../../steps/baseline/context/context-document.schema.ts";
import { emptyHardware, emptyTopology } from "../../../../steps/baseline/context/empty-context.ts";
import { chooseSource } from "../../../../steps/baseline/render/choose-source.ts";
import { readContextFile, readCrdFolder, readHcoFile } from "../../../../steps/baseline/render/read-input.ts";
import { compileValidator } from "../../../../steps/lib/schema/compile-validator.ts";
import { crdText } from "../support/crd-files.ts";
import { optedIn } from "../support/shipped.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-render-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return name;
}

const refusal = (why: string) =>
  expect.objectContaining({
    exitCode: 2,
    text: expect.objectContaining({ id: "BASE-PAR-03", why: expect.stringContaining(why) }),
  });

describe("the file of a HyperConverged", () => {
  test("is read as YAML, and so as JSON", async () => {
    const name = await file("hco.yaml", JSON.stringify(optedIn()));
    expect(await readHcoFile(name, folder)).toEqual(optedIn());
  });

  test.each([
    ["another kind", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}", "a ConfigMap of v1"],
    ["a kind of another group", "apiVersion: x.io/v1\nkind: HyperConverged\nmetadata: {name: x}", "of x.io/v1"],
    ["no name", "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged", "no metadata.name"],
    ["two documents", "a: 1\n---\nb: 2", "2 documents"],
    ["nothing", "# nothing\n", "it is empty"],
  ])("is refused with %s", async (_given, text, why) => {
    await expect(readHcoFile(await file("hco.yaml", text), folder)).rejects.toEqual(refusal(why));
  });

  test("is not looked for outside of the folder of the sources, by no way", async () => {
    const inner = join(folder, "source");
    await mkdir(inner);
    await file("hco.yaml", JSON.stringify(optedIn()));
    await symlink(join(folder, "hco.yaml"), join(inner, "link.yaml"));
    for (const path of ["../hco.yaml", join(folder, "hco.yaml"), "link.yaml"]) {
      await expect(readHcoFile(path, inner)).rejects.toEqual(refusal("outside of the workspace source"));
    }
  });

  test("is refused where there is none", async () => {
    await expect(readHcoFile("none.yaml", folder)).rejects.toEqual(refusal("ENOENT"));
  });
});

describe("the file of a context", () => {
  const context = {
    schemaVersion: 1,
    hco: optedIn(),
    hardware: emptyHardware,
    topology: emptyTopology,
    images: {},
    crds: { "a.x.io": "installed", "b.x.io": { unreadable: "403" } },
    lookups: { "descheduler-loadaware": { profiles: ["a"] } },
    evidence: {},
  };

  test("is read as it was left", async () => {
    const validate = await compileValidator(contextDocumentSchema);
    const name = await file("context.json", JSON.stringify(context));
    expect(await readContextFile(name, folder, validate)).toEqual(context);
  });

  test.each([
    ["a text that is no JSON", "{", "it is not JSON"],
    [
      "a flag that is no boolean",
      { ...context, hardware: { ...emptyHardware, gpuPresent: "yes" } },
      "/hardware/gpuPresent",
    ],
    ["a later version", { ...context, schemaVersion: 2 }, "/schemaVersion"],
    ["another object", { ...context, hco: { ...optedIn(), kind: "ConfigMap" } }, "/hco/kind"],
  ])("is refused with %s", async (_given, content, why) => {
    const validate = await compileValidator(contextDocumentSchema);
    const name = await file("context.json", typeof content === "string" ? content : JSON.stringify(content));
    await expect(readContextFile(name, folder, validate)).rejects.toEqual(refusal(why));
  });
});

describe("a folder of CRDs", () => {
  test("gives their names, those of its folders too, and passes over what is no YAML", async () => {
    await mkdir(join(folder, "crds/more"), { recursive: true });
    await file("crds/one.yaml", crdText("Widget"));
    await file("crds/more/two.yml", crdText("Gadget"));
    await file("crds/README.md", "# CRDs");
    expect([...(await readCrdFolder("crds", folder))].toSorted()).toEqual([
      "gadgets.example.com",
      "widgets.example.com",
    ]);
  });

  test("is refused with a file that holds none, by its name", async () => {
    await mkdir(join(folder, "crds"));
    await file("crds/one.yaml", "kind: ConfigMap\n");
    await expect(readCrdFolder("crds", folder)).rejects.toThrow("crds crds/one.yaml cannot be used");
  });
});

describe("what is rendered from", () => {
  test.each([
    ["a cluster, where nothing is said", {}, { source: "cluster" }],
    ["a named cluster", { namedCluster: "context east" }, { source: "cluster" }],
    ["a file", { hcoFile: "a" }, { source: "files", hcoFile: "a" }],
    ["a context", { contextFile: "b", crds: "c" }, { source: "files", contextFile: "b" }],
    ["both files", { hcoFile: "a", contextFile: "b" }, { source: "files", hcoFile: "a", contextFile: "b" }],
  ])("is %s", (_source, given, expected) => {
    expect(chooseSource(given)).toEqual(expected);
  });

  test.each([
    [
      "a file and a cluster",
      { hcoFile: "a", namedCluster: "context east" },
      "hco-file and context east are both given",
    ],
    ["a context and a cluster", { contextFile: "a", namedCluster: "x" }, "context-file and x are both given"],
    ["CRDs for a cluster that has its own", { crds: "c" }, "crds is given without"],
  ])("is not %s", (_source, given, why) => {
    expect(() => chooseSource(given)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        text: expect.objectContaining({ id: "BASE-PAR-02", why: expect.stringContaining(why) }),
      }),
    );
  });
});
