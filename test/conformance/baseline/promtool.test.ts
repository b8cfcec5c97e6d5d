import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { ruleFiles } from "../../../steps/baseline/test-alerts/rule-files.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { type Ended, runProgram } from "../../integration/program/start-program.ts";
import { type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { program } from "../../support/program.ts";
import { dashboardParts } from "../../unit/baseline/support/dashboard-parts.ts";
import { objectOf } from "../../unit/baseline/support/operator-golden.ts";
import { shipped } from "../../unit/baseline/support/shipped.ts";

const run = promisify(execFile);
const minute = 60_000;
const tests = "test/fixtures/baseline/alerts";
const own = "assets/baseline/active/observability/prometheus-alerts.yaml.liquid";
const exporter = "assets/baseline/active/metrics-exporter/prometheusrule.yaml.liquid";

let promtool: string;
beforeAll(async () => {
  promtool = (await ensurePrograms(["prometheus"]))["promtool"] ?? "";
  // The cache of programs may be empty: Prometheus' own tool is built then.
}, 30 * minute);

describe("the alerts by Prometheus' own tool", () => {
  let checkout: Checkout;
  beforeEach(async () => {
    checkout = await copyCheckout(tests);
  });
  afterEach(() => checkout.remove());

  const testAlerts = (): Promise<Ended> => {
    const environment = { PATH: `${dirname(promtool)}:${process.env["PATH"]}` };
    return runProgram(["baseline", "test-alerts", "--folder", checkout.folder], { program, environment });
  };

  /** Replaces in an asset what follows the name of an alert. */
  async function change(asset: string, alert: string, from: string, to: string): Promise<void> {
    const text = await checkout.read(asset);
    const at = text.indexOf(from, text.indexOf(`alert: ${alert}\n`));
    expect(at).toBeGreaterThan(0);
    await checkout.write(asset, `${text.slice(0, at)}${to}${text.slice(at + from.length)}`);
  }

  /** Takes the tests of all other alerts away: each has a time series database of its own, and its time. */
  async function keepTestOf(alert: string): Promise<void> {
    const others = (await readdir(join(checkout.folder, tests))).filter((file) => file !== `${alert}.yaml`);
    await Promise.all(others.map((file) => rm(join(checkout.folder, tests, file))));
  }

  // A time series database for each alert: beside other levels a minute and more.
  const allTests = 5 * minute;

  test(
    "B-12-83 fire when they should, and not before",
    async () => {
      const { code, stdout, stderr } = await testAlerts();
      expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining("promtool passed the unit tests") });
      expect(stdout.match(/SUCCESS/g)?.length).toBe((await readdir(join(checkout.folder, tests))).length);
      expect(stdout).not.toContain("FAILED");
    },
    allTests,
  );

  test.each([
    ["a minute earlier", -1],
    ["a minute later", 1],
  ])(
    "B-12-83 B22 fail for each of the alerts when it fires %s",
    async (_when, minutes) => {
      const waiting = new Set<string>();
      for (const asset of [own, exporter]) {
        const alerts = (await checkout.read(asset)).split(/(?=alert: \w+\n)/);
        const changed = alerts.map((alert) =>
          alert.replace(/for: (\d+)m/, (_all, duration: string) => {
            waiting.add(/^alert: (\w+)/.exec(alert)?.[1] ?? alert);
            return `for: ${Number(duration) + minutes}m`;
          }),
        );
        await checkout.write(asset, changed.join(""));
      }
      const { code, stdout } = await testAlerts();
      expect(code).toBe(4);
      expect(new Set([...stdout.matchAll(/alertname: (\w+)/g)].map(([, name]) => name))).toEqual(waiting);
      expect(waiting.size).toBe(24);
    },
    allTests,
  );

  test.each([
    ["VirtPlatformThrashingDetected", own, "> 0\n", "> 0\n          for: 1m\n"],
    ["VirtPlatformTombstoneStuck", own, "!= 0", "< 0"],
    ["KSMDCPUHigh", exporter, "> 0.5", "> 0.4"],
    ["KMEeBPFSubsystemDown", exporter, '{subsystem="block"}', ""],
    ["PVCNFSLatencyHigh", exporter, 'operation=~"read|write"', 'operation!=""'],
  ])("B-12-83 D29 B22 fail when %s is another one (%s: %s → %s)", async (alert, asset, from, to) => {
    await keepTestOf(alert);
    await change(asset, alert, from, to);
    const { code, stdout, stderr } = await testAlerts();
    expect(code).toBe(4);
    expect(stdout).toContain("FAILED");
    expect(stdout).toContain(`alertname: ${alert}`);
    expect(stderr).toContain("BASE-ALR-04");
  });

  test("B-12-83 fail when an expression is no PromQL", async () => {
    await keepTestOf("VirtPlatformSyncFailed");
    await change(own, "VirtPlatformSyncFailed", "== 0", "= = 0");
    const { code, stdout } = await testAlerts();
    expect(code).toBe(4);
    expect(stdout).toContain("could not parse expression");
  });
});

describe("what the assets say in PromQL, by Prometheus' own tool", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fairlead-rules-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** All faults that it finds in a file of rules, lint included. */
  async function check(name: string, text: string): Promise<string> {
    const file = join(folder, name);
    await writeFile(file, text);
    const { stdout } = await run(promtool, ["check", "rules", "--lint=all", "--lint-fatal", file]);
    return stdout;
  }

  test("is valid in each of the alerts, and says nothing twice", async () => {
    const files = ruleFiles(await shipped());
    const said = await Promise.all(files.map(({ name, text }) => check(name, text)));
    expect(said.map((text) => /SUCCESS: (\d+) rules found/.exec(text)?.[1])).toEqual(
      expect.arrayContaining(["5", "20"]),
    );
    expect(said.length).toBe(2);
  });

  test("is refused where an alert is no PromQL", async () => {
    const [file] = ruleFiles(await shipped());
    const broken = (file?.text ?? "").replace(/expr: .*/, "expr: sum by (");
    await expect(check("broken.yaml", broken)).rejects.toThrow("could not parse expression");
  });

  // What stands for a variable outside of quotes; within them anything does.
  const values: Readonly<Record<string, string>> = { interval: "5m", max_evictions: "5", resolution: "5m", topk: "10" };
  const filled = (query: string): string =>
    query.replaceAll(/\$([a-z]\w*)/g, (_all, name: string) => values[name] ?? "anything");

  test.each(["autopilot-dashboard", "descheduler-dashboard", "kubevirt-metrics-exporter-dashboard"])(
    "is valid in each query of %s",
    async (name) => {
      const { queries } = dashboardParts(objectOf(name));
      const rules = queries.map((query, index) => ({ record: `query:${index}`, expr: filled(query) }));
      const said = await check(`${name}.yaml`, stringify({ groups: [{ name, rules }] }, { lineWidth: 0 }));
      expect(said).toContain(`SUCCESS: ${queries.length} rules found`);
      expect(queries.length).toBeGreaterThan(10);
    },
  );
});
