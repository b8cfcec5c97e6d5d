import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { testAlerts } from "../../../steps/baseline/test-alerts.ts";
import { type Checkout, copyCheckout } from "../../support/baseline/checkout.ts";
import { runCommand } from "./support/run-command.ts";

const tests = "test/fixtures/baseline/alerts";

let checkout: Checkout;
let programs: string;
beforeEach(async () => {
  checkout = await copyCheckout(tests);
  programs = await mkdtemp(join(tmpdir(), "fairlead-programs-"));
});
afterEach(async () => {
  await checkout.remove();
  await rm(programs, { recursive: true });
});

/** Puts a program of that name on the path that the command is given: it stands for Prometheus' own. */
async function install(script: string): Promise<void> {
  const file = join(programs, "promtool");
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

const run = (...more: readonly string[]) =>
  runCommand(testAlerts, ["--folder", checkout.folder, ...more], { PATH: `${programs}:/usr/bin:/bin` });

describe("the unit tests of the alerts", () => {
  test("are run beside the rules that the assets render, all of them in one go", async () => {
    await install(`echo "$@" > ${programs}/arguments; cp *.yaml ${programs}/; echo SUCCESS`);
    const { code, stdout } = await run();
    expect([code, stdout]).toEqual([0, "SUCCESS\n"]);
    const words = (await readFile(join(programs, "arguments"), "utf8")).trim().split(" ");
    expect(words.slice(0, 2)).toEqual(["test", "rules"]);
    expect(words).toContain("VirtPlatformSyncFailed.yaml");
    expect(words).not.toContain("virt-platform-autopilot-alerts.yaml");
    const rules = parse(await readFile(join(programs, "virt-platform-autopilot-alerts.yaml"), "utf8"));
    expect(rules.groups.map(({ name }: { readonly name: string }) => name)).toEqual([
      "virt-platform-autopilot.critical",
      "virt-platform-autopilot.warning",
    ]);
    expect(await readFile(join(programs, "kubevirt-metrics-exporter-alerts.yaml"), "utf8")).toContain("KMEAbsent");
  });

  test("take another duration of a rule to promtool", async () => {
    const file = "assets/baseline/active/observability/prometheus-alerts.yaml.liquid";
    await checkout.write(file, (await checkout.read(file)).replace("for: 15m", "for: 14m"));
    await install(`grep -q 'for: 15m' virt-platform-autopilot-alerts.yaml`);
    expect((await run()).code).toBe(4);
  });

  test("B22 fail where promtool says so, whatever it prints", async () => {
    await install("echo SUCCESS; echo 'FAILED: alertname: VirtPlatformSyncFailed, time: 16m' >&2; exit 1");
    const { code, stderr } = await run();
    expect(code).toBe(4);
    expect(stderr).toMatch(/BASE-ALR-04.*\n.*promtool ended with code 1.*time: 16m/);
  });

  test("B22 pass where promtool says so, whatever it prints", async () => {
    await install("echo FAILED >&2");
    expect((await run()).code).toBe(0);
  });

  test("are not taken for passed where promtool was killed", async () => {
    await install("kill -9 $$");
    expect((await run()).code).toBe(1);
  });

  test("cannot be run without promtool", async () => {
    const { code, stderr } = await run();
    expect(code).toBe(5);
    expect(stderr).toContain("there is no program promtool on PATH");
  });

  test("are missing where the folder is another", async () => {
    await install("exit 0");
    const { code, stderr } = await run("--tests", "docs");
    expect(code).toBe(2);
    expect(stderr).toMatch(/BASE-ALR-02.*\n.*no file there ends in \.yaml/);
  });
});
