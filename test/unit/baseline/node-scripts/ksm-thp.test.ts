import { describe, expect, test } from "@jest/globals";
import { valueAt } from "../../../../steps/lib/json/json.ts";
import { callFunction, type NodeTree, nodeTree, runScript } from "../support/node-tree.ts";

const gib = 1024 ** 2;
const memory = (inGib: number): string => `MemTotal:       ${inGib * gib} kB\nMemFree:        1 kB\n`;

const ksm = "sys/kernel/mm/ksm";
const ksmFiles = ["redhat_only_zero_pages", "pages_to_scan", "sleep_millisecs", "run"] as const;

function ksmNode(inGib: number, without?: string): NodeTree {
  const files = ksmFiles.filter((name) => name !== without).map((name) => [`${ksm}/${name}`, "0\n"]);
  return nodeTree({ "proc/meminfo": memory(inGib), ...Object.fromEntries(files) });
}

describe("merging of samepages", () => {
  test("is turned on, for pages of zeros alone", () => {
    using tree = ksmNode(512);
    expect(runScript(tree, "kubevirt-ksm-tune.py").code).toBe(0);
    expect(ksmFiles.map((name) => tree.read(`${ksm}/${name}`))).toEqual(["1\n", "1000\n", "50\n", "1\n"]);
  });

  test("pauses the less between two scans the more memory there is, within bounds", () => {
    const sizes = [16, 512, 1024, 1500, 2560, 6144];
    const pauses = callFunction(
      "kubevirt-ksm-tune.py",
      "sleep_millisecs",
      sizes.map((size) => [size]),
    );
    expect(pauses).toEqual([50, 50, 25, 17, 10, 10].map((value) => ({ value })));
  });

  test.each(["pages_to_scan", "sleep_millisecs", "run"])("goes on without %s, which is told", (name) => {
    using tree = ksmNode(512, name);
    const { code, said } = runScript(tree, "kubevirt-ksm-tune.py");
    expect(code).toBe(0);
    expect(said).toContain(`warning: ${tree.root}/${ksm}/${name} is not there`);
    expect(tree.read(`${ksm}/redhat_only_zero_pages`)).toBe("1\n");
    const others = ksmFiles.filter((one) => one !== name && one !== "redhat_only_zero_pages");
    for (const other of others) expect(tree.read(`${ksm}/${other}`)).not.toBe("0\n");
  });

  test("stays off on a kernel that would share all equal pages", () => {
    using tree = ksmNode(512, "redhat_only_zero_pages");
    const { code, said } = runScript(tree, "kubevirt-ksm-tune.py");
    expect(code).toBe(0);
    expect(said).toContain("merging is not turned on: this kernel would share all equal pages");
    expect(tree.read(`${ksm}/run`)).toBe("0\n");
  });

  test("fails where the memory of the node is not known", () => {
    using tree = ksmNode(512);
    tree.write("proc/meminfo", "MemFree: 1 kB\n");
    expect(runScript(tree, "kubevirt-ksm-tune.py")).toEqual({
      code: 1,
      said: `error: ${tree.root}/proc/meminfo has no MemTotal\n`,
    });
  });
});

const thp = "sys/kernel/mm/transparent_hugepage";
const thpFiles = ["enabled", "khugepaged/pages_to_scan", "khugepaged/scan_sleep_millisecs"] as const;

function thpNode(inGib: number, without?: string): NodeTree {
  const files = thpFiles.filter((name) => name !== without).map((name) => [`${thp}/${name}`, "before\n"]);
  return nodeTree({ "proc/meminfo": memory(inGib), ...Object.fromEntries(files) });
}

describe("transparent huge pages", () => {
  test("are for those who ask for them", () => {
    using tree = thpNode(64);
    expect(runScript(tree, "kubevirt-thp-tune.py").code).toBe(0);
    expect(thpFiles.map((name) => tree.read(`${thp}/${name}`))).toEqual(["madvise\n", "130000\n", "2000\n"]);
  });

  test("are made the oftener the more memory there is", () => {
    const sizes = [16, 256, 1500, 128_000];
    const settings = callFunction(
      "kubevirt-thp-tune.py",
      "settings",
      sizes.map((size) => [size]),
    );
    const pauses = settings.map((answer) => valueAt(answer, ["value", "khugepaged/scan_sleep_millisecs"]));
    expect(pauses).toEqual(["5000", "1250", "1042", "1000"]);
  });

  test.each(thpFiles)("are set without %s, which is told", (name) => {
    using tree = thpNode(64, name);
    const { code, said } = runScript(tree, "kubevirt-thp-tune.py");
    expect(code).toBe(0);
    expect(said).toContain(`warning: ${tree.root}/${thp}/${name} is not there`);
    for (const other of thpFiles.filter((one) => one !== name)) {
      expect(tree.read(`${thp}/${other}`)).not.toBe("before\n");
    }
  });

  test("fail where the memory of the node is not known", () => {
    using tree = nodeTree();
    expect(runScript(tree, "kubevirt-thp-tune.py")).toEqual({
      code: 1,
      said: `error: ${tree.root}/proc/meminfo cannot be read: No such file or directory\n`,
    });
  });
});
