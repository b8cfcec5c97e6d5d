import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { hasRestoreWebhook } from "../../../cluster/hub/backup-operator.ts";
import { environmentOptions, fingerprint } from "../../../cluster/hub/hubs-options.ts";

let folder: string;
let program: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-options-"));
  program = join(folder, "manager");
  await writeFile(program, "#!/bin/sh\n", { mode: 0o755 });
});
afterEach(() => rm(folder, { recursive: true }));

describe("options of the hubs from the environment", () => {
  test("are none where nothing is set", async () => {
    expect(await environmentOptions({ CRDS_DIR: "", HUB_OPERATOR: "" })).toEqual({});
  });

  test("CRDS_DIR names further CRDs", async () => {
    expect(await environmentOptions({ CRDS_DIR: folder })).toEqual({ crdFolders: [folder] });
  });

  test("HUB_OPERATOR names a manager program, whose own CRDs win over CRDS_DIR", async () => {
    const environment = { HUB_OPERATOR: program, HUB_OPERATOR_CRDS: folder, CRDS_DIR: tmpdir() };
    expect(await environmentOptions(environment)).toEqual({
      crdFolders: [folder, tmpdir()],
      operator: { program, acmVersion: "2.16.1" },
    });
  });

  test.each([
    [
      "CRDS_DIR is no folder",
      () => ({ CRDS_DIR: program }),
      /^HUB-07: CRDS_DIR=\S+manager cannot be used\n {2}why: there is no such folder\n {2}fix: name a folder of CRD files, or unset it$/,
    ],
    [
      "HUB_OPERATOR comes without CRDs",
      () => ({ HUB_OPERATOR: program }),
      /^HUB-07: HUB_OPERATOR_CRDS= cannot be used\n {2}why: HUB_OPERATOR is set/,
    ],
    [
      "HUB_OPERATOR is no program",
      () => ({ HUB_OPERATOR: `${folder}/none`, HUB_OPERATOR_CRDS: folder }),
      /^HUB-07: HUB_OPERATOR=\S+none cannot be used\n {2}why: it is no program/,
    ],
  ])("HUB-07: %s", async (_, environment, text) => {
    await expect(environmentOptions(environment())).rejects.toThrow(text);
  });
});

describe("the fingerprint of options", () => {
  test("ignores what does not decide what runs", () => {
    const controller = new AbortController();
    expect(fingerprint({ folder: "/a", log: () => {}, signal: controller.signal })).toBe(fingerprint({ folder: "/b" }));
  });

  test.each([
    { names: ["one"] },
    { crdFolders: ["/x"] },
    { operator: { program: "/m", acmVersion: "2.16.1" } },
    { network: { bridge: "b", prefixLength: 24, addresses: [] } },
  ])("changes with %j", (change) => {
    expect(fingerprint({ folder: "/a", ...change })).not.toBe(fingerprint({ folder: "/a" }));
  });
});

describe("the Restore webhook of the backup operator", () => {
  test.each([
    ["2.11", false],
    ["2.15.4", false],
    ["2.16", true],
    ["2.17.0-rc1", true],
    ["5.0", true],
  ])("in ACM %s: %s", (version, has) => {
    expect(hasRestoreWebhook(version)).toBe(has);
  });
});
