import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { loadCheckout } from "../../steps/baseline/checkout/load-checkout.ts";
import { places } from "../../steps/baseline/checkout/places.ts";
import { readCommitted } from "../../steps/baseline/checkout/read-committed.ts";
import { featureDocument } from "../../steps/baseline/features/feature-document.ts";
import { compareFeatures } from "../../steps/baseline/features/feature-files.ts";
import { readCommittedFeatures } from "../../steps/baseline/features/read-committed.ts";
import { generatedRoles } from "../../steps/baseline/rbac/generated-roles.ts";
import { scanAssets } from "../../steps/baseline/scan/scan-assets.ts";
import { watchParams } from "../../steps/baseline/watch/declaration.ts";
import { manifestsBelow, objectsOf, root } from "./support/manifests.ts";

const loaded = await loadCheckout(root);
const committedRole = (await readCommitted(root, places.clusterRole)) ?? "";

describe("what is committed of the baseline", () => {
  test("B-12-77 is the roles that its assets need; `fairlead baseline generate-rbac` writes them", async () => {
    for (const { path, text } of generatedRoles(scanAssets(loaded))) {
      expect({ path, text: await readCommitted(root, path) }).toEqual({ path, text });
    }
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

describe("the watcher", () => {
  const folder = "triggers/baseline/watcher";

  test("is bound to the role of a run and to that of its watches, both generated", () => {
    const roles = generatedRoles(scanAssets(loaded)).map(({ text }) => parse(text).metadata.name);
    const bindings = objectsOf("ClusterRoleBinding", folder);
    expect(bindings.map((binding) => (binding as unknown as { roleRef: unknown }).roleRef)).toEqual(
      expect.arrayContaining(
        roles.map((name) => ({ apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name })),
      ),
    );
  });

  test("has a role that lets it watch and nothing else", async () => {
    const role = parse((await readCommitted(root, places.watchRole)) ?? "");
    expect(new Set(role.rules.flatMap(({ verbs }: { readonly verbs: readonly string[] }) => verbs))).toEqual(
      new Set(["watch"]),
    );
  });

  test("is started by flags that the command has", () => {
    const [deployment] = objectsOf("Deployment", folder);
    const text = JSON.stringify(deployment);
    const flags = [...text.matchAll(/"--([a-z-]+)=/g)].map(([, flag]) => flag);
    expect(flags.length).toBeGreaterThan(0);
    expect(Object.keys(watchParams)).toEqual(expect.arrayContaining(flags));
  });
});

/** What is installed apart from the rest, since not everybody wants it. */
const optional = "triggers/baseline/watcher";

test.each(["triggers/baseline", "pipelines/baseline", optional])(
  "the installation of %s leaves out no object",
  (folder) => {
    const installed: unknown = parse(readFileSync(`${root}/${folder}/kustomization.yaml`, "utf8")).resources;
    const files = manifestsBelow(folder)
      .filter(({ documents }) => documents[0]?.kind !== "PipelineRun")
      .filter(({ path }) => folder === optional || !path.startsWith(`${optional}/`));
    expect(installed).toEqual(files.map(({ path }) => relative(folder, path)));
  },
);
