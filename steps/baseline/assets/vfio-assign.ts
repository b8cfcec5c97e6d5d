import { type JsonObject, member, valueAt } from "../../lib/json/json.ts";
import type { RenderContext, Rendered } from "../template/render-asset.ts";
import { permittedDevices } from "./permitted-devices.ts";
import { workerMachineConfig } from "./worker-machine-config.ts";

const annotation = "platform.kubevirt.io/vfio-device-ids";

/** Vendor and device, as `lspci -nn` shows them. */
const deviceId = /^[0-9a-f]{4}:[0-9a-f]{4}$/;

function annotated(hco: JsonObject): readonly string[] | undefined {
  const text = valueAt(hco, ["metadata", "annotations", annotation]);
  return typeof text === "string" ? text.split(",") : undefined;
}

/** A device that somebody else's plugin offers is bound to its driver by them. */
function selected(hco: JsonObject): readonly string[] {
  return permittedDevices(hco, "pciHostDevices")
    .filter((device) => member(device, "externalResourceProvider") !== true)
    .map((device) => String(member(device, "pciDeviceSelector") ?? ""));
}

/**
 * Binds PCI devices to vfio-pci when a worker boots, before a driver of the host takes them: those that an annotation of
 * the HyperConverged lists, or else those that it permits virtual machines to have. Pure.
 */
export function renderVfioAssign({ HCO }: RenderContext): Rendered {
  const listed = annotated(HCO);
  const given = (listed ?? selected(HCO)).map((id) => id.trim().toLowerCase());
  const ids = [...new Set(given.filter((id) => id !== "" || listed === undefined))].toSorted();
  if (ids.length === 0) return { state: "not-applicable" };
  const wrong = ids.find((id) => !deviceId.test(id));
  if (wrong !== undefined) {
    const place = listed === undefined ? "permittedHostDevices.pciHostDevices of the HyperConverged" : annotation;
    const reason = `${place} has "${wrong.slice(0, 50)}", which is no vendor and device such as 10de:1eb8`;
    return { state: "failed", reason };
  }
  return {
    state: "rendered",
    object: workerMachineConfig({
      name: "50-virt-vfio-assign",
      files: [
        { path: "/etc/modprobe.d/vfio.conf", text: `options vfio-pci ids=${ids.join(",")}\n` },
        { path: "/etc/modules-load.d/vfio-pci.conf", text: "vfio-pci\n" },
      ],
    }),
  };
}
