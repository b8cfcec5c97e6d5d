import { describe, expect, test } from "@jest/globals";
import { emptyHardware, emptyTopology } from "../../../../steps/baseline/context/empty-context.ts";
import {
  forcedHardware,
  imagesOfList,
  topologyOf,
  withOverrides,
} from "../../../../steps/baseline/render/overrides.ts";

const detected = { hardware: emptyHardware, topology: emptyTopology };
const unset = {
  pciDevicesPresent: undefined,
  numaNodesPresent: undefined,
  vfioCapable: undefined,
  usbDevicesPresent: undefined,
  gpuPresent: undefined,
};

describe("facts of a topology", () => {
  test("have the types of what they stand for", () => {
    expect(topologyOf(" isCompact=true, workerCount=3 ,cloudProvider=AWS,")).toEqual({
      isCompact: true,
      workerCount: 3,
      cloudProvider: "AWS",
    });
  });

  test.each([
    ["a key that there is not", "isFast=true"],
    ["a key that every object has", "constructor=true"],
    ["a flag that is neither true nor false", "isHCP=yes"],
    ["a count that is no number", "workerCount=-1"],
    ["a key alone", "isHCP"],
  ])("are refused with %s", (_given, list) => {
    expect(() => topologyOf(list)).toThrow(
      expect.objectContaining({ exitCode: 2, text: expect.objectContaining({ id: "BASE-PAR-04" }) }),
    );
  });
});

describe("overridden facts", () => {
  test("win over what is detected, flag by flag", () => {
    const hardware = forcedHardware({ ...unset, gpuPresent: true, vfioCapable: false });
    const known = { ...detected, hardware: { ...emptyHardware, vfioCapable: true, usbDevicesPresent: true } };
    expect(withOverrides(known, { hardware, topology: {} }).hardware).toEqual({
      ...emptyHardware,
      gpuPresent: true,
      usbDevicesPresent: true,
    });
  });

  test("bring along what follows from a platform, unless that is given too", () => {
    const topology = topologyOf("cloudProvider=AWS,controlPlaneTopology=External,isHCP=false");
    expect(withOverrides(detected, { hardware: {}, topology }).topology).toMatchObject({
      cloudProvider: "AWS",
      isAWS: true,
      isAzure: false,
      isHCP: false,
    });
  });

  test("leave the detected platform alone where none is given", () => {
    const aws = { ...detected, topology: { ...emptyTopology, cloudProvider: "AWS", isAWS: true } };
    expect(withOverrides(aws, { hardware: {}, topology: { workerCount: 2 } }).topology).toMatchObject({
      isAWS: true,
      workerCount: 2,
    });
  });
});

describe("images between commas", () => {
  test("are known by the keys of assets, whichever way they are written", () => {
    const list = "KUBEVIRT_METRICS_EXPORTER=quay.io/a@sha256:1, other-image=quay.io/b:1=2";
    expect(imagesOfList(list)).toEqual({
      "kubevirt-metrics-exporter": "quay.io/a@sha256:1",
      "other-image": "quay.io/b:1=2",
    });
  });

  test("are refused without a reference, in the name of their parameter", () => {
    expect(() => imagesOfList("quay.io/a")).toThrow(
      expect.objectContaining({
        exitCode: 2,
        text: expect.objectContaining({ what: "image has an entry that names no image" }),
      }),
    );
  });
});
