import { describe, expect, test } from "@jest/globals";
import { renderUsbPassthrough } from "../../../../steps/baseline/assets/usb-passthrough.ts";
import { renderVfioAssign } from "../../../../steps/baseline/assets/vfio-assign.ts";
import type { RenderContext, Rendered } from "../../../../steps/baseline/template/render-asset.ts";
import { isJsonArray, type JsonObject, valueAt } from "../../../../steps/lib/json/json.ts";

const empty: RenderContext = { HCO: {}, Hardware: {}, Topology: {}, Images: {}, Params: {}, Lookups: {}, Files: {} };

function permitting(devices: JsonObject, annotations: JsonObject = {}): RenderContext {
  return {
    ...empty,
    HCO: { metadata: { name: "hco", annotations }, spec: { virtualization: { permittedHostDevices: devices } } },
  };
}

const pci = (...devices: readonly JsonObject[]): RenderContext => permitting({ pciHostDevices: devices });
const usb = (...devices: readonly JsonObject[]): RenderContext => permitting({ usbHostDevices: devices });
const listing = (text: string): RenderContext =>
  permitting(
    { pciHostDevices: [{ pciDeviceSelector: "ffff:0001" }] },
    { "platform.kubevirt.io/vfio-device-ids": text },
  );

/** The texts of the files of a MachineConfig, by path. */
function filesOf(rendered: Rendered): Readonly<Record<string, string>> {
  if (rendered.state !== "rendered") throw new Error(JSON.stringify(rendered));
  const files = valueAt(rendered.object, ["spec", "config", "storage", "files"]);
  return Object.fromEntries(
    (isJsonArray(files) ? files : []).map((file) => {
      const source = String(valueAt(file, ["contents", "source"]));
      return [String(valueAt(file, ["path"])), Buffer.from(source.split(",")[1] ?? "", "base64").toString("utf8")];
    }),
  );
}

const modprobe = (context: RenderContext): string | undefined =>
  filesOf(renderVfioAssign(context))["/etc/modprobe.d/vfio.conf"];

describe("the PCI devices for virtual machines", () => {
  test("are bound to vfio-pci on the workers", () => {
    expect(renderVfioAssign(pci({ pciDeviceSelector: "10de:1eb8" }))).toEqual({
      state: "rendered",
      object: {
        apiVersion: "machineconfiguration.openshift.io/v1",
        kind: "MachineConfig",
        metadata: { name: "50-virt-vfio-assign", labels: { "machineconfiguration.openshift.io/role": "worker" } },
        spec: {
          config: {
            ignition: { version: "3.5.0" },
            storage: {
              files: [
                {
                  path: "/etc/modprobe.d/vfio.conf",
                  mode: 420,
                  overwrite: true,
                  contents: { source: `data:;base64,${btoa("options vfio-pci ids=10de:1eb8\n")}` },
                },
                {
                  path: "/etc/modules-load.d/vfio-pci.conf",
                  mode: 420,
                  overwrite: true,
                  contents: { source: `data:;base64,${btoa("vfio-pci\n")}` },
                },
              ],
            },
          },
        },
      },
    });
  });

  test("are written in lower case, in order and once, whatever order they are given in", () => {
    const devices = ["8086:1572", "10DE:1EB8", "10de:1eb8"].map((pciDeviceSelector) => ({ pciDeviceSelector }));
    expect(modprobe(pci(...devices))).toBe("options vfio-pci ids=10de:1eb8,8086:1572\n");
    expect(renderVfioAssign(pci(...devices.toReversed()))).toEqual(renderVfioAssign(pci(...devices)));
  });

  test("leave out what is disabled and what another plugin offers", () => {
    const devices = [
      { pciDeviceSelector: "10de:0001", disabled: true },
      { pciDeviceSelector: "10de:0002", externalResourceProvider: true },
      { pciDeviceSelector: "10de:0003", disabled: false, externalResourceProvider: false },
    ];
    expect(modprobe(pci(...devices))).toBe("options vfio-pci ids=10de:0003\n");
  });

  test("are found where HyperConverged v1beta1 has them", () => {
    const HCO = { spec: { permittedHostDevices: { pciHostDevices: [{ pciDeviceSelector: "10de:0003" }] } } };
    expect(modprobe({ ...empty, HCO })).toBe("options vfio-pci ids=10de:0003\n");
  });

  test("are those that an annotation lists, and no others, where there is one", () => {
    expect(modprobe(listing(" 10DE:1eb8, 8086:1572,"))).toBe("options vfio-pci ids=10de:1eb8,8086:1572\n");
    expect(renderVfioAssign(listing(""))).toEqual({ state: "not-applicable" });
  });

  test("need nothing where there are none", () => {
    expect(renderVfioAssign(empty)).toEqual({ state: "not-applicable" });
    expect(renderVfioAssign(pci())).toEqual({ state: "not-applicable" });
  });

  test.each([
    ["too short", "10de:1eb"],
    ["no hexadecimal number", "10de:xxxx"],
    ["an address of a slot", "0000:01:00.0"],
    ["more than an id", "10de:1eb8 disable_idle_d3=1"],
  ])("fail by an id that is %s", (_given, id) => {
    const reason = expect.stringContaining(`has "${id}", which is no vendor and device such as 10de:1eb8`);
    expect(renderVfioAssign(pci({ pciDeviceSelector: id }))).toEqual({ state: "failed", reason });
    expect(renderVfioAssign(listing(`10de:1eb8,${id}`))).toEqual({ state: "failed", reason });
  });

  test("fail by one that says no id", () => {
    expect(renderVfioAssign(pci({ resourceName: "a" }))).toMatchObject({ state: "failed" });
  });
});

describe("the USB devices for virtual machines", () => {
  const rulesOf = (context: RenderContext): string | undefined =>
    filesOf(renderUsbPassthrough(context))["/etc/udev/rules.d/99-kubevirt-usb.rules"];
  const rule = (vendor: string, product: string): string =>
    `SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}", GROUP="kvm", MODE="0660"\n`;

  test("are opened to KVM on the workers, and never suspended", () => {
    const rendered = renderUsbPassthrough(usb({ selectors: [{ vendor: "1D6B", product: "0002" }] }));
    expect(rendered).toMatchObject({
      object: {
        metadata: { name: "50-virt-usb-passthrough" },
        spec: { kernelArguments: ["usbcore.autosuspend=-1"], config: { storage: { files: [{ mode: 420 }] } } },
      },
    });
    expect(filesOf(rendered)).toEqual({ "/etc/udev/rules.d/99-kubevirt-usb.rules": rule("1d6b", "0002") });
  });

  test("have a rule each, in order and once", () => {
    const [one, other] = [
      { vendor: "1d6b", product: "0002" },
      { vendor: "046d", product: "c077" },
    ];
    expect(rulesOf(usb({ selectors: [one, other] }, { selectors: [one] }))).toBe(
      rule("046d", "c077") + rule("1d6b", "0002"),
    );
  });

  test("leave out what is disabled", () => {
    expect(renderUsbPassthrough(usb({ disabled: true, selectors: [{ vendor: "x", product: "y" }] }))).toEqual({
      state: "not-applicable",
    });
  });

  test("need nothing where no selector is given", () => {
    expect(renderUsbPassthrough(empty)).toEqual({ state: "not-applicable" });
    expect(renderUsbPassthrough(usb({ resourceName: "a" }))).toEqual({ state: "not-applicable" });
  });

  test.each<[string, JsonObject, string]>([
    ["is too long", { vendor: "1d6bb", product: "0002" }, 'vendor "1d6bb" and product "0002"'],
    ["would end the rule", { vendor: '"', product: "0002" }, 'vendor """ and product "0002"'],
    ["is a number", { vendor: 1234, product: "0002" }, 'vendor "" and product "0002"'],
    ["is missing", { vendor: "1d6b" }, 'vendor "1d6b" and product ""'],
  ])("fail by an id that %s", (_given, selector, found) => {
    expect(renderUsbPassthrough(usb({ selectors: [selector] }))).toEqual({
      state: "failed",
      reason: `permittedHostDevices.usbHostDevices of the HyperConverged has ${found}, and each must be four hexadecimal digits`,
    });
  });
});
