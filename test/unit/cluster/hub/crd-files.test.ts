import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { findCrdFiles, requiredCrds } from "../../../cluster/hub/crd-files.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-crds-"));
});
afterEach(() => rm(folder, { recursive: true }));

function crd(name: string): string {
  return `apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;
}

async function file(path: string, text: string): Promise<string> {
  const full = join(folder, path);
  await mkdir(dirname(full), { recursive: true });
  await writeFile(full, text);
  return full;
}

async function allRequired(path: string): Promise<string> {
  return await file(path, requiredCrds.map(crd).join("---\n"));
}

describe("the CRD files of a hub", () => {
  test("are found at any depth, each file once", async () => {
    const all = await allRequired("deep/down/all.yaml");
    expect(await findCrdFiles([folder])).toEqual([all]);
  });

  test("come from the first folder that has them", async () => {
    const first = await file("first/mch.yml", crd("multiclusterhubs.operator.open-cluster-management.io"));
    const second = await allRequired("second/all.yaml");
    const third = await allRequired("third/all.yaml");
    const files = await findCrdFiles([join(folder, "first"), join(folder, "second"), join(folder, "third")]);
    expect(files).toEqual([first, second]);
    expect(files).not.toContain(third);
  });

  test("leave out what no hub needs, and what is no CRD", async () => {
    const all = await allRequired("all.yaml");
    await file("other.yaml", crd("virtualmachines.kubevirt.io"));
    await file("object.yaml", "kind: Restore\nmetadata:\n  name: restores.velero.io\n");
    await file("notes.md", crd("backups.velero.io"));
    expect(await findCrdFiles([folder])).toEqual([all]);
  });

  test("take all of Velero's group", async () => {
    const velero = await file("a/repositories.yaml", crd("backuprepositories.velero.io"));
    const all = await allRequired("b/all.yaml");
    expect(await findCrdFiles([folder])).toEqual([all, velero]);
  });

  test("HUB-05: what is missing is named, with where it was looked for", async () => {
    const names = requiredCrds.filter((name) => name !== "dataprotectionapplications.oadp.openshift.io");
    await file("all.yaml", names.map(crd).join("---\n"));
    await expect(findCrdFiles([folder])).rejects.toThrow(
      `HUB-05: no file defines dataprotectionapplications.oadp.openshift.io\n  why: searched: ${folder}\n  fix: set CRDS_DIR`,
    );
  });
});
