import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RenderRecord } from "../../../steps/baseline/report/render-record.ts";
import { program } from "../../support/program.ts";
import { type Ended, ended } from "../switchover/support/switchover-bench.ts";
import { BaselineBench } from "./support/baseline-bench.ts";

const minute = 60_000;

/** Features of several kinds, so that objects of users, of nodes and of look-ups are among what is rendered. */
const features = {
  "enable-mtv": "true",
  "enable-metallb": "true",
  "enable-ksm-zero-only": "true",
  "enable-pci-passthrough": "true",
  "enable-node-remediation": "true",
  "enable-fence-agents": "true",
  "fence-agents-config": '{"agent":"fence_ipmilan"}',
  "golden-profile": "opinionated",
  openshift: "true",
  "disabled-resources": "- {kind: UIPlugin, name: '*'}",
};

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "worker-0", labels: { "feature.node.kubernetes.io/pci-10de.present": "true" } },
};

async function recordsIn(folder: string): Promise<readonly RenderRecord[]> {
  return JSON.parse(await readFile(join(folder, "rendered.json"), "utf8"));
}

describe("what is rendered of a cluster", () => {
  let bench: BaselineBench;
  afterEach(() => bench.close());

  async function render(...flags: readonly string[]): Promise<string> {
    const folder = await mkdtemp(join(bench.folder, "rendered-"));
    const ran = await bench.step("render", folder, flags);
    if (ran.exitCode !== 0) throw new Error(`render ended with ${ran.exitCode}: ${ran.stderr.slice(-1500)}`);
    return folder;
  }

  test(
    "B-12-75 D36 B17 is what a dry run of the reconciliation has, object by object, and what the run applies then",
    async () => {
      // The golden config takes it back, so that nothing may be made of it.
      const migrations = { liveMigrationConfig: { parallelMigrationsPerCluster: 8 } };
      bench = await BaselineBench.open({ annotations: features, spec: { virtualization: migrations } });
      await bench.create(node);
      const plan = await bench.reconcile("--dry-run", "true");
      const saved = await render("--context-file", join(bench.folder, "run-1", "context.json"));
      const asked = await render();
      const yaml = await readFile(join(saved, "rendered.yaml"), "utf8");
      expect(await readFile(join(asked, "rendered.yaml"), "utf8")).toBe(yaml);

      const included = (await recordsIn(saved)).map(({ asset, object }) => [
        asset,
        object?.kind,
        object?.metadata.name,
      ]);
      const planned = plan.summary.assets.filter(({ result }) => result === "applied");
      expect(included).toEqual(planned.map(({ asset, identity }) => [asset, identity?.kind, identity?.name]));
      expect(included.map(([asset]) => asset)).toEqual(
        expect.arrayContaining(["pci-passthrough", "mtv-operator", "nhc-far"]),
      );

      expect((await bench.reconcile()).exitCode).toBe(0);
      const file = join(saved, "rendered.yaml");
      const shown = ["-f", file, "-o", "json", "--show-managed-fields"];
      const manager = ["--server-side", "--force-conflicts", "--field-manager=virt-platform-autopilot"];
      const wouldBe = await bench.server.kubectl(["apply", ...manager, "--dry-run=server", ...shown]);
      expect(JSON.parse(wouldBe).items).toEqual(JSON.parse(await bench.server.kubectl(["get", ...shown])).items);
    },
    3 * minute,
  );

  test(
    "B-12-75 tells of what a rule takes out, and of what has no CRD, as the run does",
    async () => {
      bench = await BaselineBench.open({ annotations: features });
      await bench.server.kubectl(["delete", "crd", "metallbs.metallb.io"]);
      const run = await bench.reconcile("--dry-run", "true");
      const all = await recordsIn(await render("--show-excluded"));
      const withTest = (wanted: string) =>
        all.flatMap(({ asset, reason }) => (String(reason).startsWith(wanted) ? [asset] : []));
      const planned = (wanted: string) =>
        run.summary.assets.flatMap(({ asset, result, reason }) =>
          result === wanted || (result === "not-selected" && reason?.includes(wanted) === true) ? [asset] : [],
        );
      expect(withTest("root-exclusion")).toEqual(planned("excluded"));
      expect(withTest("root-exclusion")).toContain("monitoring-ui-plugin");
      expect(withTest("crd-missing")).toEqual(planned("crd-missing"));
      expect(withTest("crd-missing")).toEqual(["metallb-operator"]);
    },
    2 * minute,
  );
});

describe("what is rendered of a file, without any cluster", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-render-"));
    const hco = {
      apiVersion: "hco.kubevirt.io/v1",
      kind: "HyperConverged",
      metadata: {
        name: "kubevirt-hyperconverged",
        namespace: "openshift-cnv",
        annotations: { "platform.kubevirt.io/autopilot": "true" },
      },
      spec: {},
    };
    await writeFile(join(folder, "hco.yaml"), JSON.stringify(hco));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function render(...flags: readonly string[]): Promise<Ended> {
    const args = ["baseline", "render", "--log-format", "json", ...flags];
    return await ended(
      spawn(process.execPath, [program, ...args], {
        cwd: folder,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...process.env, HOME: folder, KUBECONFIG: "" },
      }),
    );
  }

  test(
    "B-12-76 is a table with every asset of the catalog, whose counts add up to them",
    async () => {
      const { stdout, exitCode } = await render("--hco-file", "hco.yaml", "--output", "status", "--show-excluded");
      expect(exitCode).toBe(0);
      const lines = stdout.trimEnd().split("\n");
      const rules = lines.flatMap((line, index) => (line === "-".repeat(100) ? [index] : []));
      const [first = 0, last = 0] = rules;
      expect(rules).toHaveLength(2);
      expect(lines[0]).toMatch(/^ASSET {26}STATUS {10}COMPONENT {12}REASON$/);
      const rows = lines.slice(first + 1, last);
      const counts = /^(\d+) included, (\d+) excluded, (\d+) filtered, (\d+) errors$/.exec(lines.at(-1) ?? "");
      const sum = (counts ?? []).slice(1).reduce((total, count) => total + Number(count), 0);
      expect([rows.length, sum]).toEqual([89, 89]);
      expect(rows.filter((row) => row.slice(31, 46).trim() === "INCLUDED")).toHaveLength(Number(counts?.[1]));
    },
    2 * minute,
  );

  test.each([
    ["neither a file nor a cluster", [], "BASE-PAR-02"],
    ["both a file and a cluster", ["--hco-file", "hco.yaml", "--context", "east"], "BASE-PAR-02"],
    ["an asset that there is not", ["--hco-file", "hco.yaml", "--asset", "none"], "BASE-PAR-05"],
    ["a form that there is not", ["--hco-file", "hco.yaml", "--output", "xml"], "STEP-03"],
  ])(
    "is refused for %s, with exit 2",
    async (_given, flags, id) => {
      const { exitCode, stderr, stdout } = await render(...flags);
      expect([exitCode, stdout, stderr]).toEqual([2, "", expect.stringContaining(id)]);
    },
    2 * minute,
  );
});
