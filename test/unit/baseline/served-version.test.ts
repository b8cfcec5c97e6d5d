import { describe, expect, test } from "@jest/globals";
import { servedApiVersion } from "../../../steps/baseline/hco/served-version.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";

const version = (name: string, served: boolean, storage: boolean): JsonObject => ({ name, served, storage });
const crd = (...versions: readonly JsonObject[]): JsonObject => ({ spec: { versions } });
const wanted = "hco.kubevirt.io/v1";

describe("D17 the version by which HyperConverged is applied", () => {
  test.each([
    ["v1 where the cluster serves both", crd(version("v1beta1", true, false), version("v1", true, true)), "v1"],
    ["v1 where another is stored", crd(version("v1beta1", true, true), version("v1", true, false)), "v1"],
    ["that of storage where v1 is unknown", crd(version("v1beta1", true, true)), "v1beta1"],
    [
      "that of storage where v1 is not served",
      crd(version("v1", false, false), version("v1beta1", true, true)),
      "v1beta1",
    ],
    ["v1 where the definition says nothing", {}, "v1"],
  ])("is %s", (_given, definition, name) => {
    expect(servedApiVersion(definition, wanted)).toBe(`hco.kubevirt.io/${name}`);
  });
});
