import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { addAsset, type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { oldSettings } from "../../support/baseline/old-settings.ts";
import { program } from "../../support/program.ts";
import { type Ended, runProgram } from "../program/start-program.ts";

const role = "rbac/baseline/cluster-role.yaml";
const features = ["assets/baseline/features.json", "docs/baseline/features.md"];
const nmState = "apiVersion: nmstate.io/v1\nkind: NMState\nmetadata:\n  name: nmstate\n";

let checkout: Checkout;
beforeEach(async () => {
  checkout = await copyCheckout();
});
afterEach(() => checkout.remove());

const run = (name: string): Promise<Ended> => runProgram(["baseline", name, "--folder", checkout.folder], { program });

/** What a command writes each time that it is run on files that were emptied before. */
async function generations(name: string, files: readonly string[], empty: (text: string) => string) {
  const made: (readonly string[])[] = [];
  for (let time = 0; time < 2; time++) {
    for (const file of files) await checkout.write(file, empty(await checkout.read(file)));
    expect(await run(name)).toMatchObject({ code: 0 });
    made.push(await Promise.all(files.map(checkout.read)));
  }
  return made;
}

describe("the role of a checkout", () => {
  test("B-12-77 lacks an asset of a new kind until it is made anew, in the same bytes each time", async () => {
    expect(await run("verify-rbac")).toMatchObject({ code: 0, stdout: "" });
    await addAsset(checkout, "nmstate", nmState, "NMState");

    const before = await run("verify-rbac");
    expect(before.code).toBe(4);
    expect(before.stdout).toContain(`--- a/${role}\n+++ b/${role}\n`);
    expect(before.stdout.match(/^\+(?!\+\+).*/gm)).toEqual([
      "+  - apiGroups: [nmstate.io]",
      "+    resources: [nmstates]",
      "+    verbs: [create, get, list, patch, update]",
    ]);
    expect(before.stdout).not.toMatch(/^-(?!--)/m);
    expect(before.stderr).toContain("run `fairlead baseline generate-rbac` and commit what it writes");

    const [first, second] = await generations("generate-rbac", [role], () => "");
    expect(second).toEqual(first);
    expect(await run("verify-rbac")).toMatchObject({ code: 0, stdout: "" });
  });

  test("has that of the watcher beside it, which is held to the assets where it is committed", async () => {
    const watchRole = "triggers/baseline/watcher/cluster-role.yaml";
    await checkout.write(watchRole, "kind: ClusterRole\n");
    const before = await run("verify-rbac");
    expect(before.code).toBe(4);
    expect(before.stdout).toContain(`--- a/${watchRole}\n+++ b/${watchRole}\n`);
    expect(await run("generate-rbac")).toMatchObject({ code: 0 });
    expect(await run("verify-rbac")).toMatchObject({ code: 0, stdout: "" });
  });

  test("B-12-78 lets just the object of a new tombstone be deleted", async () => {
    const before = parse(await checkout.read(role)).rules;
    await checkout.write("assets/baseline/tombstones/configmap-old-settings.yaml", oldSettings);
    expect(await run("verify-rbac")).toMatchObject({ code: 4 });
    expect(await run("generate-rbac")).toMatchObject({ code: 0 });
    const after = parse(await checkout.read(role)).rules;
    const rule = {
      apiGroups: [""],
      resources: ["configmaps"],
      resourceNames: ["old-settings"],
      verbs: ["delete", "get"],
    };
    expect(after.filter((one: unknown) => !before.some((other: unknown) => equals(one, other)))).toEqual([rule]);
    expect(after.length).toBe(before.length + 1);
    expect(await run("verify-rbac")).toMatchObject({ code: 0 });
  });
});

function equals(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

describe("the features of a checkout", () => {
  test("B-12-77 lack one that the catalog has until they are written anew, in the same bytes each time", async () => {
    expect(await run("verify-features")).toMatchObject({ code: 0, stdout: "" });
    await addAsset(checkout, "nmstate", nmState, "NMState");

    const before = await run("verify-features");
    expect(before.code).toBe(4);
    for (const file of features) expect(before.stdout).toContain(`--- a/${file}\n+++ b/${file}\n`);
    expect(before.stdout).toContain("+| nmstate | GA | always on |  | What nmstate does. |");
    expect(before.stderr).toContain("run `fairlead baseline generate-features` and commit what it writes");

    // The page keeps what is around its table.
    const emptied = (text: string): string =>
      text.replace(/(features:begin -->)[\s\S]*(<!-- baseline-features:end)/, "$1\n$2");
    const [first, second] = await generations("generate-features", features, (text) =>
      text.startsWith("{") ? "{}" : emptied(text),
    );
    expect(second).toEqual(first);
    expect(await run("verify-features")).toMatchObject({ code: 0, stdout: "" });
  });
});
