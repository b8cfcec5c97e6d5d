import { resolve } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { identityOf } from "../../../steps/baseline/object/managed-object.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { cases, crdFixture, topology } from "./support/operator-cases.ts";
import { entries, objectOf } from "./support/operator-golden.ts";
import { type Crds, crdCheck, crdsOf } from "./support/strict-crd.ts";

const builtIn: ReadonlySet<string> = new Set(["", "apps", "rbac.authorization.k8s.io"]);
const given = process.env["CRDS_DIR"] ?? "";
const folders = [
  ["the reduced CRDs", resolve("test/fixtures/baseline/crds")] as const,
  ...(given === "" ? [] : [["the CRDs of CRDS_DIR", given] as const]),
];

interface Rendering {
  readonly asset: string;
  readonly of: string;
  readonly object: JsonObject;
  readonly group: string;
}

const constants = entries
  .filter(({ path }) => path.endsWith(".yaml"))
  .map(({ name }) => ({ asset: name, of: "constant", context: {} }));

const renderings: readonly Rendering[] = [...cases, ...constants]
  .map(({ asset, of, context }) => ({ asset, of, object: objectOf(asset, context) }))
  .map((one) => ({ ...one, group: identityOf(one.object).apiVersion.split("/").toReversed()[1] ?? "" }))
  .filter(({ group }) => !builtIn.has(group));

/** Which releases of a CRD a rendering is for; those of the descheduler differ. */
function crdsFor({ asset, of, object, group }: Rendering, crds: Crds): readonly JsonObject[] {
  const all = crds[`${group}/${identityOf(object).kind}`] ?? [];
  if (asset !== "descheduler-loadaware") return all.slice(0, 1);
  return [crdFixture(`kubedeschedulers.operator.openshift.io.${of.startsWith("release-") ? of.slice(8) : "4.21"}`)];
}

describe.each(folders)("by %s", (_name, folder) => {
  const crds = crdsOf(folder);

  test.each(renderings.map((one) => [one.asset, one.of, one] as const))(
    "%s (%s) has nothing undeclared",
    (_a, _o, one) => {
      const version = identityOf(one.object).apiVersion.split("/")[1] ?? "";
      const found = crdsFor(one, crds);
      expect(found).not.toEqual([]);
      for (const crd of found) expect(crdCheck(crd, version)(one.object)).toEqual([]);
    },
  );
});

describe("the CRDs of earlier releases", () => {
  const check = (release: string): readonly string[] =>
    crdCheck(
      crdFixture(`kubedeschedulers.operator.openshift.io.${release}`),
      "v1",
    )(objectOf("descheduler-loadaware", cases.find(({ of }) => of === "release-4.21")?.context));

  test("D22 B13 refuse what the baseline renders for a newer one, so that rendering by release matters", () => {
    expect(check("4.19").join("\n")).toContain("/spec/evictionLimits must NOT have additional properties node");
    expect(check("4.17").join("\n")).toContain("/spec/profileCustomizations must NOT have additional properties");
    expect(check("4.21")).toEqual([]);
  });
});

describe("a LokiStack on a platform without a known storage class", () => {
  test("lacks just the class, which the user then has to set", () => {
    const object = objectOf("logging-lokistack", { Topology: topology(5, "None") });
    const check = crdCheck(crdFixture("lokistacks.loki.grafana.com"), "v1");
    expect(check(object)).toEqual(["/spec must have required property 'storageClassName' storageClassName"]);
  });
});
