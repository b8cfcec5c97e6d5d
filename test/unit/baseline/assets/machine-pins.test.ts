import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { isJsonArray, isJsonObject, type Json, type JsonObject, valueAt } from "../../../../steps/lib/json/json.ts";
import { canonicalJson } from "../../../../steps/lib/schema/canonical-json.ts";
import { assetFiles, type Known, renderedObject } from "../support/assets.ts";

// A change of any of these bytes reboots every node of a pool. It is made by hand here, so that nobody makes it unawares.

const sha256 = (bytes: Buffer | string): string => createHash("sha256").update(bytes).digest("hex");
const cpus: Known = { annotations: { "platform.kubevirt.io/numa-reserved-cpuset": "0-1,52-53" } };
const pci: Known = { hardware: { pciDevicesPresent: true } };

const machineConfigs: readonly (readonly [string, Known, string])[] = [
  ["swap-enable.yaml.liquid", {}, "7fb58607680e96550f3b455f517c4b567108dcb43adb8e208f6087dd9e181319"],
  ["pci-passthrough.yaml.liquid", pci, "4d5288ac14a0610c0862150a2a9ea2610684a7359301141279725f871a21452b"],
  ["numa-topology.yaml.liquid", cpus, "0d124c9c6dbb62bdeaa97f90e1a8f7bcd9cf6b4c2b7887327aa542e8d6b8ca85"],
  ["psi-enable.yaml", {}, "02c192fef4dfc59d7dc08297fa887c6bc88ff0c7791d9c796e26b1e401e43430"],
  ["psi-enable-master.yaml", {}, "304be099d80e378e0d8ef071399aabda53f5cd5ba433d85c8a9eec0b558336b8"],
  ["ksm-zero-only.yaml.liquid", {}, "3ab52712777a307907005135240df8ad5bea8da9d45ab7364361b08c820a35cb"],
  ["ksm-zero-only-master.yaml.liquid", {}, "4f5f9e2a5938690fe1dd853bb31682606234c1c1c6cc0c7f28744d2e375918af"],
  ["thp-tuning.yaml.liquid", {}, "fa4bc7f2f4d28ea60f9ee6cca9d4e7114d522a33f02fb7fd1a9368d64c4c730b"],
  ["thp-tuning-master.yaml.liquid", {}, "3a7d49c8931bf53f8361f2db090dc47e018e9ed531ab6c0d7f65793fdc6c1af7"],
  ["vm-drain-shutdown-inhibitor.yaml.liquid", {}, "0854c6b3e636dbbbb1d211acb622aeb3cf609d2c8c23d62f815742ed3d5e22ef"],
];

const payloads: readonly (readonly [string, string, string])[] = [
  [
    "swap-enable.yaml.liquid",
    "kubevirt-tune-watermarks.py",
    "7b83f5cc3202dc279c7b9a3f92861668d43e25c6b48b549ff99184933f3cf0de",
  ],
  [
    "swap-enable.yaml.liquid",
    "kubevirt-io-latency-setup.py",
    "31859c00a93336d657c748ee1bcb8f353a0b4ed27d97ced526f5f3a74c57ca47",
  ],
  [
    "ksm-zero-only.yaml.liquid",
    "kubevirt-ksm-tune.py",
    "e0c1f23906458c68ba604a9c64b05f61d6c9bf5f8c41f05f7ab276bbe9e61fd3",
  ],
  [
    "thp-tuning.yaml.liquid",
    "kubevirt-thp-tune.py",
    "23d37ace4dec44851042b272e13d0e47d18aba80468b960a924fc5475478c57c",
  ],
  [
    "vm-drain-shutdown-inhibitor.yaml.liquid",
    "10-inhibit-delay.conf",
    "2beb46171df80fea32a2cfc4384820610361e9e62d334545907133f165a08d63",
  ],
  [
    "vm-drain-shutdown-inhibitor.yaml.liquid",
    "vm-drain-shutdown-inhibitor.py",
    "0b8efff191d24db2f792bc2fd20f4479b9a0392f35f597046fd1370e7ba96c11",
  ],
];

function filesOf(asset: string, known: Known = {}): readonly JsonObject[] {
  const files = valueAt(renderedObject(`machine-config/${asset}`, known), ["spec", "config", "storage", "files"]);
  return isJsonArray(files) ? files.filter(isJsonObject) : [];
}

/** The bytes of a file's data URL. */
function payloadOf(asset: string, file: string): Buffer {
  const found = filesOf(asset).find(({ path }) => typeof path === "string" && path.endsWith(`/${file}`));
  const source: Json | undefined = valueAt(found, ["contents", "source"]);
  if (typeof source !== "string" || !source.startsWith("data:;base64,")) throw new Error(`${asset} has no ${file}`);
  return Buffer.from(source.slice("data:;base64,".length), "base64");
}

describe("no node reboots by a change that nobody meant", () => {
  test.each(machineConfigs)("MachineConfig of %s", (asset, known, pin) => {
    expect(sha256(canonicalJson(renderedObject(`machine-config/${asset}`, known)))).toBe(pin);
  });

  test.each(payloads)("%s: the bytes of %s", (asset, file, pin) => {
    expect(sha256(payloadOf(asset, file))).toBe(pin);
  });
});

describe("a node gets the file that is committed", () => {
  test.each(payloads)("%s: %s", (asset, file) => {
    const committed = assetFiles()[`machine-config/files/${file}`];
    expect(gunzipSync(payloadOf(asset, file)).toString("utf8")).toBe(committed);
  });

  test("swap-enable: the kubelet's configuration, not packed", () => {
    const text = payloadOf("swap-enable.yaml.liquid", "90-swap.conf").toString("utf8");
    expect(text).toBe(assetFiles()["machine-config/files/90-swap.conf"]);
  });
});

const withFiles = machineConfigs.filter(([asset, known]) => filesOf(asset, known).length > 0);

// YAML 1.1 reads 0644 as octal, YAML 1.2 as decimal: modes are written in decimal.
test.each(withFiles)("%s writes its files over those that are there, with modes 0644 and 0755", (asset, known) => {
  for (const file of filesOf(asset, known)) {
    expect(file).toMatchObject({ overwrite: true });
    expect([0o644, 0o755]).toContain(file["mode"]);
  }
});

test("only arguments of the kernel come without files", () => {
  const others = machineConfigs.map(([asset]) => asset).filter((asset) => !withFiles.some(([one]) => one === asset));
  expect(others).toEqual(["pci-passthrough.yaml.liquid", "psi-enable.yaml", "psi-enable-master.yaml"]);
});
