import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { compare } from "../../../steps/baseline/compare.ts";
import { type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { oldSettings } from "../../support/baseline/old-settings.ts";
import { runCommand } from "./support/run-command.ts";

const hcoFile = "baseline/hyperconverged.yaml";
const template = "assets/baseline/active/descheduler/kube-descheduler.yaml.liquid";

function hyperConverged(features: Readonly<Record<string, string>> = {}): string {
  const given = Object.entries({ autopilot: "true", ...features });
  return stringify({
    apiVersion: "hco.kubevirt.io/v1",
    kind: "HyperConverged",
    metadata: {
      name: "kubevirt-hyperconverged",
      namespace: "openshift-cnv",
      annotations: Object.fromEntries(given.map(([key, value]) => [`platform.kubevirt.io/${key}`, value])),
    },
  });
}

let base: Checkout;
let head: Checkout;
let folder: string;
beforeEach(async () => {
  [base, head] = [await copyCheckout(), await copyCheckout()];
  await Promise.all([base, head].map((checkout) => checkout.write(hcoFile, hyperConverged())));
  folder = await mkdtemp(join(tmpdir(), "fairlead-compare-"));
  await mkdir(join(folder, "output"));
});
afterEach(async () => {
  await Promise.all([base.remove(), head.remove(), rm(folder, { recursive: true })]);
});

async function compared(...flags: readonly string[]) {
  const where = ["--workspace", `output=${join(folder, "output")}`, "--results-dir", join(folder, "results")];
  const ended = await runCommand(compare, ["--base", base.folder, "--head", head.folder, ...where, ...flags]);
  const names = ["outcome", "added", "changed", "removed", "errors", "assets", "diff", "report", "summary"];
  const results = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, "results", name), "utf8")] as const),
  );
  return { ...ended, results: Object.fromEntries(results) };
}

describe("two commits", () => {
  test("that render the same have no difference", async () => {
    await head.write("README.md", "Something else.");
    const { code, stdout, results } = await compared();
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(results).toMatchObject({ outcome: "unchanged", diff: "", report: "", assets: "own" });
  });

  test("differ by the objects of a feature that the HyperConverged turns on", async () => {
    await head.write(hcoFile, hyperConverged({ "enable-metallb": "true" }));
    const { code, stdout, results } = await compared();
    expect(code).toBe(0);
    expect(results).toMatchObject({ outcome: "changed", added: "1", changed: "0", removed: "0", errors: "0" });
    expect(results["diff"]?.split("\n").slice(0, 3)).toEqual([
      "+ MetalLB/metallb-system/metallb",
      "--- /dev/null",
      "+++ head/MetalLB/metallb-system/metallb",
    ]);
    expect(stdout).toContain("+kind: MetalLB");
    expect(await readFile(join(folder, "output", "rendered.diff"), "utf8")).toBe(stdout);
  });

  test("differ by an object that one of them renders otherwise, by the lines that are not the same", async () => {
    const text = await head.read(template);
    await head.write(template, text.replace("deschedulingIntervalSeconds: 60", "deschedulingIntervalSeconds: 90"));
    const { results, stdout } = await compared();
    expect(results).toMatchObject({ outcome: "changed", added: "0", changed: "1", removed: "0" });
    expect(results["diff"]).toMatch(/^~ KubeDescheduler\/openshift-kube-descheduler-operator\/cluster\n/);
    expect(stdout).toContain("-  deschedulingIntervalSeconds: 60\n+  deschedulingIntervalSeconds: 90\n");
  });

  test("differ by an object that is excluded now", async () => {
    await head.write(hcoFile, hyperConverged({ "disabled-resources": "- {kind: KubeDescheduler, name: cluster}" }));
    const { results } = await compared();
    expect(results).toMatchObject({ added: "0", changed: "0", removed: "1" });
    expect(results["diff"]).toMatch(/^- KubeDescheduler\//);
  });

  test("differ by what a new tombstone would delete", async () => {
    await head.write("assets/baseline/tombstones/configmap-old-settings.yaml", oldSettings);
    const { results } = await compared();
    expect(results).toMatchObject({ outcome: "changed", diff: "x ConfigMap/openshift-cnv/old-settings" });
    expect(results["summary"]).toContain("1 deleted by a tombstone");
  });

  test("have a difference that is told in 360 bytes, and whole in the file", async () => {
    await base.write(hcoFile, hyperConverged({ autopilot: "false" }));
    const { results } = await compared();
    expect(Number(results["added"])).toBeGreaterThan(5);
    expect(Buffer.byteLength(results["diff"] ?? "")).toBeLessThanOrEqual(360);
    expect(results["diff"]).toMatch(/…$/);
    expect((await readFile(results["report"] ?? "", "utf8")).length).toBeGreaterThan(10_000);
  });

  test("are compared where the earlier one has no HyperConverged: all is new", async () => {
    await rm(join(base.folder, hcoFile));
    const { code, results } = await compared();
    expect({ code, outcome: results["outcome"], removed: results["removed"] }).toEqual({
      code: 0,
      outcome: "changed",
      removed: "0",
    });
  });

  test("are compared where the earlier one was broken, so that what mends it is checked", async () => {
    await base.write("assets/baseline/catalog.yaml", "assets: nothing");
    const { code, stderr, results } = await compared();
    expect({ code, outcome: results["outcome"] }).toEqual({ code: 0, outcome: "changed" });
    expect(stderr).toContain("the commit that is compared with cannot be rendered, so all is new: BASE-CAT-0");
  });
});

describe("a checked commit", () => {
  test("of the HyperConverged alone is rendered with the assets of this program", async () => {
    await Promise.all([base, head].map((checkout) => rm(join(checkout.folder, "assets"), { recursive: true })));
    await head.write(hcoFile, hyperConverged({ "enable-metallb": "true" }));
    const { results } = await compared();
    expect(results).toMatchObject({ outcome: "changed", added: "1", assets: "shipped" });
  });

  test("with an asset that cannot be rendered fails with exit 3 and names it", async () => {
    await head.write(template, `${await head.read(template)}\n  broken: {{ HCO.spec.there.is.none }}\n`);
    const { code, stderr, results } = await compared();
    expect(code).toBe(3);
    expect(stderr).toContain("ERROR BASE-CMP-02");
    expect(results).toMatchObject({ outcome: "failed", errors: "1" });
    expect(results["diff"]).toMatch(/^! descheduler-loadaware: /);
  });

  test("with a catalog that is none ends with exit 2", async () => {
    await head.write("assets/baseline/catalog.yaml", "assets: nothing");
    const { code, stderr } = await compared();
    expect(code).toBe(2);
    expect(stderr).toMatch(/ERROR BASE-CAT-0\d/);
  });

  test("that has no HyperConverged at the named place, as the earlier one, ends with exit 2", async () => {
    const { code, stderr } = await compared("--hco-file", "other/hyperconverged.yaml");
    expect(code).toBe(2);
    expect(stderr).toContain("neither has the HyperConverged other/hyperconverged.yaml");
  });

  test("whose HyperConverged is a link to outside of it is not read", async () => {
    const outside = join(folder, "outside.yaml");
    await base.write(hcoFile, hyperConverged());
    await rm(join(head.folder, hcoFile));
    await symlink(outside, join(head.folder, hcoFile));
    await writeFile(outside, hyperConverged());
    const { code, stderr } = await compared();
    expect(code).toBe(2);
    expect(stderr).toContain("it lies outside of the workspace source");
  });
});
