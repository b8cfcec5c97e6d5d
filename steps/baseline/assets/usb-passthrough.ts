import { isJsonArray, isJsonObject, type Json, type JsonObject, member } from "../../lib/json/json.ts";
import type { RenderContext, Rendered } from "../template/render-asset.ts";
import { permittedDevices } from "./permitted-devices.ts";
import { workerMachineConfig } from "./worker-machine-config.ts";

const fourHexDigits = /^[0-9a-f]{4}$/;

interface UsbDevice {
  readonly vendor: string;
  readonly product: string;
}

/** The kernel shows the ids of USB devices in lower case. */
function idOf(selector: Json, name: "vendor" | "product"): string {
  const value = isJsonObject(selector) ? member(selector, name) : undefined;
  return typeof value === "string" ? value.toLowerCase() : "";
}

function selectorsOf(device: JsonObject): readonly UsbDevice[] {
  const selectors = member(device, "selectors");
  return (isJsonArray(selectors) ? selectors : []).map((selector) => ({
    vendor: idOf(selector, "vendor"),
    product: idOf(selector, "product"),
  }));
}

function isDevice({ vendor, product }: UsbDevice): boolean {
  return fourHexDigits.test(vendor) && fourHexDigits.test(product);
}

function udevRule({ vendor, product }: UsbDevice): string {
  const device = `ATTR{idVendor}=="${vendor}", ATTR{idProduct}=="${product}"`;
  return `SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ${device}, GROUP="kvm", MODE="0660"`;
}

/**
 * Opens the USB devices that a HyperConverged permits virtual machines to have to QEMU on the workers, and keeps the
 * kernel from suspending them. Pure.
 */
export function renderUsbPassthrough({ HCO }: RenderContext): Rendered {
  const devices = permittedDevices(HCO, "usbHostDevices").flatMap(selectorsOf);
  if (devices.length === 0) return { state: "not-applicable" };
  const wrong = devices.find((device) => !isDevice(device));
  if (wrong !== undefined) {
    const found = `vendor "${wrong.vendor.slice(0, 20)}" and product "${wrong.product.slice(0, 20)}"`;
    const reason = `permittedHostDevices.usbHostDevices of the HyperConverged has ${found}, and each must be four hexadecimal digits`;
    return { state: "failed", reason };
  }
  const rules = [...new Set(devices.map(udevRule))].toSorted();
  return {
    state: "rendered",
    object: workerMachineConfig({
      name: "50-virt-usb-passthrough",
      files: [{ path: "/etc/udev/rules.d/99-kubevirt-usb.rules", text: `${rules.join("\n")}\n` }],
      kernelArguments: ["usbcore.autosuspend=-1"],
    }),
  };
}
