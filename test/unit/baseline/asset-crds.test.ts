import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import type { LoadedAssets } from "../../../steps/baseline/catalog/load-assets.ts";
import { groupOf, versionOf } from "../../../steps/baseline/object/api-version.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { contextsOfCrds, isOfCrd } from "../../../steps/baseline/scan/contexts-of-crds.ts";
import { contextsFor } from "../../../steps/baseline/scan/sample-contexts.ts";
import { renderLoadedAsset } from "../../../steps/baseline/template/render-loaded-asset.ts";
import { templateEngine } from "../../../steps/baseline/template/template-engine.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { shipped } from "./support/shipped.ts";
import { type Crds, crdCheck, crdsOf } from "./support/strict-crd.ts";

const golden = resolve("test/fixtures/baseline/golden");
/** Groups of the API server's own kinds, which have no CRD. */
const builtIn: ReadonlySet<string> = new Set(["", "apps", "rbac.authorization.k8s.io"]);
const descheduler = "operator.openshift.io/KubeDescheduler";

const given = process.env["CRDS_DIR"] ?? "";
const folders = [
  ["the reduced CRDs", resolve("test/fixtures/baseline/crds")] as const,
  ...(given === "" ? [] : [["the CRDs of CRDS_DIR", given] as const]),
];

interface Rendering {
  readonly of: string;
  readonly object: ManagedObject;
}

const kindOf = ({ apiVersion, kind }: ManagedObject): string => `${groupOf(apiVersion)}/${kind}`;
const hasCrd = ({ object }: Rendering): boolean => !builtIn.has(groupOf(object.apiVersion));

/** A HyperConverged that was read by v1beta1 is written by it, whatever its asset says. */
function asSent(of: string, object: ManagedObject): ManagedObject {
  return of.endsWith("-v1beta1.yaml")
    ? { ...object, apiVersion: object.apiVersion.replace("/v1", "/v1beta1") }
    : object;
}

/** What has been agreed of each asset, as it is committed. */
function goldenRenderings(): readonly Rendering[] {
  const files = readdirSync(golden, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".yaml"));
  return files.map((of) => ({ of, object: asSent(of, parse(readFileSync(join(golden, of), "utf8"))) })).filter(hasCrd);
}

/** What each asset becomes in made-up clusters of every kind, which have these CRDs. */
function renderings({ assets, files }: LoadedAssets, crds: readonly JsonObject[]): readonly Rendering[] {
  const renderer = { engine: templateEngine(), files };
  const contexts = contextsOfCrds(assets, crds);
  return assets
    .flatMap((asset) =>
      contextsFor(asset, contexts).flatMap((context) => {
        const one = renderLoadedAsset(asset, context, renderer);
        return one.state === "rendered" ? [{ of: asset.name, object: one.object }] : [];
      }),
    )
    .filter(hasCrd);
}

/** A check for each kind and version, made once. */
function checker(crds: Crds): (object: ManagedObject) => readonly string[] {
  const checks = new Map<string, ReturnType<typeof crdCheck>>();
  return (object) => {
    const key = `${object.apiVersion}/${object.kind}`;
    const [crd] = crds[kindOf(object)] ?? [];
    if (crd === undefined) return ["there is no CRD of its kind"];
    const check = checks.get(key) ?? crdCheck(crd, versionOf(object.apiVersion));
    checks.set(key, check);
    return check(object);
  };
}

const currentOf = (crds: Crds): readonly JsonObject[] => Object.values(crds).flatMap((ofKind) => ofKind.slice(0, 1));

function faultsOf(all: readonly Rendering[], crds: Crds): readonly string[] {
  const check = checker(crds);
  return [...new Set(all.flatMap(({ of, object }) => check(object).map((fault) => `${of}: ${fault}`)))];
}

// Where the provider has no known class the user has to name one.
const openQuestion = "logging-lokistack: /spec must have required property 'storageClassName' storageClassName";

describe.each(folders)("by %s", (_name, folder) => {
  const crds = crdsOf(folder);
  const releases = crds[descheduler] ?? [];
  let loaded: LoadedAssets;
  beforeAll(async () => {
    loaded = await shipped();
  });

  test("everything that assets were agreed to render is allowed, that of a release by the CRD of that release", () => {
    const ofNoRelease = goldenRenderings().filter(({ object }) => kindOf(object) !== descheduler);
    expect(ofNoRelease.length).toBeGreaterThan(40);
    expect(faultsOf(ofNoRelease, crds)).toEqual([]);
  });

  test("everything that assets become in a cluster of any kind is allowed", () => {
    const all = renderings(loaded, currentOf(crds));
    expect(new Set(all.map(({ object }) => kindOf(object))).size).toBeGreaterThan(18);
    expect(faultsOf(all, crds)).toEqual([openQuestion]);
  });

  test("D22 what an asset asks the CRDs for is allowed by each of their releases", () => {
    const asking = { ...loaded, assets: loaded.assets.filter(({ entry }) => (entry.lookups ?? []).some(isOfCrd)) };
    expect(releases.length).toBeGreaterThanOrEqual(3);
    for (const release of releases) {
      const installed = { ...crds, [descheduler]: [release] };
      const all = renderings(asking, currentOf(installed));
      expect(new Set(all.map(({ object }) => kindOf(object)))).toEqual(new Set([descheduler]));
      expect(faultsOf(all, installed)).toEqual([]);
    }
  });
});
