import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { loadCheckout } from "../../steps/baseline/checkout/load-checkout.ts";
import { places } from "../../steps/baseline/checkout/places.ts";
import { readTextIfAny } from "../../steps/baseline/checkout/read-text.ts";
import { featureDocument } from "../../steps/baseline/features/feature-document.ts";
import { compareFeatures } from "../../steps/baseline/features/feature-files.ts";
import { readCommittedFeatures } from "../../steps/baseline/features/read-committed.ts";
import { clusterRoleText } from "../../steps/baseline/rbac/cluster-role.ts";
import { scanAssets } from "../../steps/baseline/scan/scan-assets.ts";
import { manifestsBelow, objectsOf, root } from "./support/manifests.ts";

const loaded = await loadCheckout(root);
const committedRole = (await readTextIfAny(`${root}/${places.clusterRole}`)) ?? "";

describe("what is committed of the baseline", () => {
  test("B-12-77 is the role that its assets need; `fairlead baseline generate-rbac` writes it", () => {
    expect(committedRole).toBe(clusterRoleText(scanAssets(loaded)));
  });

  test("is the features that its catalog offers; `fairlead baseline generate-features` writes them", async () => {
    expect(compareFeatures(await readCommittedFeatures(root), featureDocument(loaded.catalog))).toBeUndefined();
  });

  test("is no CRD of another project", () => {
    expect(objectsOf("CustomResourceDefinition", "assets")).toEqual([]);
  });
});

describe("the account of the runner", () => {
  const role = parse(committedRole);

  test("is bound to the role that is generated, and sample runs use it", () => {
    const [binding] = objectsOf("ClusterRoleBinding", "rbac/baseline");
    const [account] = objectsOf("ServiceAccount", "rbac/baseline");
    expect(binding).toMatchObject({
      roleRef: { kind: "ClusterRole", name: role.metadata.name },
      subjects: [{ kind: "ServiceAccount", name: account?.metadata.name }],
    });
    const used = objectsOf("PipelineRun", "pipelines/baseline").map(({ spec }) => spec["taskRunTemplate"]);
    expect(used).toContainEqual({ serviceAccountName: account?.metadata.name });
  });

  test("B10 may delete nothing but its lock and the tombstones, each by name", () => {
    interface Rule {
      readonly resources?: readonly string[];
      readonly resourceNames?: readonly string[];
      readonly verbs: readonly string[];
    }
    const deleting = (role.rules as readonly Rule[]).filter(({ verbs }) => verbs.includes("delete"));
    expect(deleting.flatMap(({ resourceNames = ["any"] }) => resourceNames).toSorted()).toEqual([
      ...loaded.tombstones.map(({ identity }) => identity.name).toSorted(),
      "virt-platform-autopilot-reconcile",
    ]);
    expect((role.rules as readonly Rule[]).flatMap(({ verbs }) => verbs)).not.toContain("*");
  });
});

test.each(["triggers/baseline", "pipelines/baseline"])("the installation of %s leaves out no object", (folder) => {
  const installed: unknown = parse(readFileSync(`${root}/${folder}/kustomization.yaml`, "utf8")).resources;
  const files = manifestsBelow(folder).filter(({ documents }) => documents[0]?.kind !== "PipelineRun");
  expect(installed).toEqual(files.map(({ path }) => relative(folder, path)));
});
