import { mkdtemp, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { generateRbac } from "../../../steps/baseline/generate-rbac.ts";
import { verifyRbac } from "../../../steps/baseline/verify-rbac.ts";
import { addAsset, type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { oldSettings } from "../../support/baseline/old-settings.ts";
import { runCommand } from "./support/run-command.ts";

const path = "rbac/baseline/cluster-role.yaml";
const nmState = "apiVersion: nmstate.io/v1\nkind: NMState\nmetadata:\n  name: nmstate\n";
const swapLike = `apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  name: 90-worker-swap-online
`;

interface Rule {
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

let checkout: Checkout;
beforeEach(async () => {
  checkout = await copyCheckout();
});
afterEach(() => checkout.remove());

const generate = (...more: readonly string[]) => runCommand(generateRbac, ["--folder", checkout.folder, ...more]);
const verify = (...more: readonly string[]) =>
  runCommand(verifyRbac, ["--workspace", `source=${checkout.folder}`, ...more]);
const rules = async (): Promise<readonly Rule[]> => parse(await checkout.read(path)).rules;

describe("a checkout whose role is a link", () => {
  test("has nothing read that lies outside of it, and nothing told of that", async () => {
    const outside = await mkdtemp(join(tmpdir(), "fairlead-outside-"));
    try {
      await writeFile(join(outside, "token"), "not for the log");
      await rm(join(checkout.folder, path));
      await symlink(join(outside, "token"), join(checkout.folder, path));
      const { code, stdout, stderr } = await verify();
      expect(code).toBe(2);
      expect(stderr).toContain("BASE-CHK-02");
      expect(stderr).toContain(`${path} of the checkout cannot be used\n`);
      expect(stderr).toContain("it is a link to something outside of the checkout\n");
      expect(`${stdout}${stderr}`).not.toContain("not for the log");
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  test("is compared where the link stays within it", async () => {
    await rename(join(checkout.folder, path), join(checkout.folder, "role.yaml"));
    await symlink("../../role.yaml", join(checkout.folder, path));
    expect((await verify()).code).toBe(0);
  });
});

describe("the role of a checkout", () => {
  test("B-12-77 lacks an asset of a new kind until it is made anew, and then holds it in the same bytes each time", async () => {
    await addAsset(checkout, "nmstate", nmState, "NMState");

    const before = await verify();
    expect(before.code).toBe(4);
    expect(before.stdout).toContain(`--- a/${path}`);
    expect(before.stdout).toContain("+  - apiGroups: [nmstate.io]\n+    resources: [nmstates]");
    expect(before.stderr).toContain("run `fairlead baseline generate-rbac` and commit what it writes");

    expect((await generate()).code).toBe(0);
    const first = await checkout.read(path);
    expect(await verify()).toMatchObject({ code: 0 });
    await checkout.write(path, "");
    expect((await generate()).code).toBe(0);
    expect(await checkout.read(path)).toBe(first);
  });

  test("B-12-77 is only printed by a dry run", async () => {
    await addAsset(checkout, "nmstate", nmState, "NMState");
    const before = await checkout.read(path);
    const { code, stdout } = await generate("--dry-run", "true");
    expect(code).toBe(0);
    expect(stdout).toContain("resources: [nmstates]");
    expect(await checkout.read(path)).toBe(before);
  });

  test("B-12-78 lets just the object of a new tombstone be deleted", async () => {
    await checkout.write("assets/baseline/tombstones/configmap-old-settings.yaml", oldSettings);
    expect((await generate()).code).toBe(0);
    const deleting = (await rules()).filter(
      ({ resources = [], verbs }) => resources.includes("configmaps") && verbs.includes("delete"),
    );
    expect(deleting).toEqual([
      { apiGroups: [""], resources: ["configmaps"], resourceNames: ["old-settings"], verbs: ["delete", "get"] },
    ]);
  });

  test("holds what the look-ups of the assets read", async () => {
    expect((await generate()).code).toBe(0);
    const all = await rules();
    const isReadable = (resource: string, name: string): boolean =>
      all.some(
        ({ resources = [], resourceNames, verbs }) =>
          resources.includes(resource) &&
          verbs.includes("get") &&
          (resourceNames === undefined || resourceNames.includes(name)),
      );
    for (const [resource, name] of [
      ["customresourcedefinitions", "kubedeschedulers.operator.openshift.io"],
      ["prometheusrules", "descheduler-rules"],
      ["configmaps", "cluster-monitoring-config"],
      ["fenceagentsremediationtemplates", "fenceagentsremediationtemplate-default"],
    ] as const) {
      expect([resource, isReadable(resource, name)]).toEqual([resource, true]);
    }
    expect(all).toContainEqual(expect.objectContaining({ resources: ["storageprofiles"], verbs: ["list"] }));
  });
});

describe("a checkout of which no role can be made", () => {
  test("B-12-84 D11 has two assets that render the same object", async () => {
    await addAsset(checkout, "swap-again", swapLike, "MachineConfig");
    const { code, stderr } = await verify();
    expect(code).toBe(2);
    expect(stderr).toContain("swap-enable and swap-again render the same object, MachineConfig 90-worker-swap-online");
  });

  test("B-12-84 D11 has an asset whose object is a tombstone", async () => {
    const buried = oldSettings.replace("v1\nkind: ConfigMap", "nmstate.io/v1\nkind: NMState");
    await checkout.write("assets/baseline/tombstones/nmstate.yaml", buried.replace("  namespace: openshift-cnv\n", ""));
    await addAsset(checkout, "nmstate", nmState.replace("name: nmstate", "name: old-settings"), "NMState");
    const { code, stderr } = await generate();
    expect(code).toBe(2);
    expect(stderr).toContain("nmstate: NMState old-settings is a tombstone");
  });

  test("D27 has a tombstone that is not valid", async () => {
    await checkout.write(
      "assets/baseline/tombstones/bad.yaml",
      oldSettings.replace("name: old-settings", "labels: {}"),
    );
    const { code, stderr } = await verify();
    expect(code).toBe(2);
    expect(stderr).toMatch(/BASE-CAT-02.*\n.*tombstones\/bad\.yaml/);
  });

  test("has an asset that renders in no circumstances", async () => {
    await addAsset(checkout, "silent", "apiVersion: nmstate.io/v1\nkind: NMState\nmetadata: {}\n", "NMState");
    const { code, stderr } = await verify();
    expect(code).toBe(1);
    expect(stderr).toMatch(/BASE-SCAN-01.*\n.*silent renders no object.*has no metadata\.name/);
  });

  test("has no assets", async () => {
    const { code, stderr } = await runCommand(generateRbac, ["--folder", `${checkout.folder}/docs`]);
    expect(code).toBe(2);
    expect(stderr).toContain("there is no such folder");
  });
});

describe("the answer of a check", () => {
  test("is left as a file where a place for it is given", async () => {
    await checkout.write(path, "");
    const { code, stderr } = await verify("--workspace", `output=${checkout.folder}`);
    expect(code).toBe(4);
    expect(stderr).toContain(`${checkout.folder}/verify-rbac.diff`);
    expect(await checkout.read("verify-rbac.diff")).toContain(`+++ b/${path}`);
  });
});
