import { describe, expect, test } from "@jest/globals";
import { readActivation } from "../../../steps/baseline/catalog/activation.ts";
import { foreseeMade } from "../../../steps/baseline/context/foresee-made.ts";
import { withMade } from "../../../steps/baseline/context/with-made.ts";
import type { Identity } from "../../../steps/baseline/object/managed-object.ts";
import { offlineContext } from "../../../steps/baseline/render/offline-context.ts";
import { templateEngine } from "../../../steps/baseline/template/template-engine.ts";
import { optedIn, shipped } from "./support/shipped.ts";

const template: Identity = {
  apiVersion: "fence-agents-remediation.medik8s.io/v1alpha1",
  kind: "FenceAgentsRemediationTemplate",
  name: "fenceagentsremediationtemplate-default",
  namespace: "openshift-workload-availability",
};

describe("B14 an asset that waits for an object of another one", () => {
  async function answer(...made: readonly Identity[]): Promise<unknown> {
    const { assets } = await shipped();
    const document = offlineContext(assets, { hco: optedIn(), images: {}, overrides: { hardware: {}, topology: {} } });
    const [asset] = assets.filter(({ name }) => name === "nhc-far");
    if (asset === undefined) throw new Error("the catalog has no nhc-far");
    return withMade(document, asset, made).lookups["nhc-far"];
  }

  test("finds what the run has made", async () => {
    expect(await answer(template)).toEqual({ hasTemplate: true });
  });

  test("finds it in whatever version it was made", async () => {
    const apiVersion = "fence-agents-remediation.medik8s.io/v1";
    expect(await answer({ ...template, apiVersion })).toEqual({ hasTemplate: true });
  });

  test.each<[string, Partial<Identity>]>([
    ["name", { name: "another" }],
    ["namespace", { namespace: "elsewhere" }],
    ["kind", { kind: "Template" }],
    ["group", { apiVersion: "templates.io/v1alpha1" }],
  ])("does not find one of another %s", async (_what, change) => {
    expect(await answer({ ...template, ...change })).toEqual(await answer());
  });
});

describe("what a rendering of a cluster foresees", () => {
  const wishes = {
    "enable-node-remediation": "true",
    "enable-fence-agents": "true",
    "fence-agents-config": '{"agent":"fence_ipmilan"}',
  };

  async function foreseen(annotations: Readonly<Record<string, string>>): Promise<unknown> {
    const loaded = await shipped();
    const hco = optedIn(annotations);
    const document = offlineContext(loaded.assets, { hco, images: {}, overrides: { hardware: {}, topology: {} } });
    const asked = { activation: readActivation(hco, true), onlyAssets: [] };
    return foreseeMade(loaded, document, asked, templateEngine()).lookups["nhc-far"];
  }

  test("D36 is what the run makes first for what waits for it", async () => {
    expect(await foreseen(wishes)).toEqual({ hasTemplate: true });
  });

  test.each([
    ["is not wanted", { ...wishes, "enable-fence-agents": "false" }],
    ["cannot be rendered", { ...wishes, "fence-agents-config": "{}" }],
    ["is excluded", { ...wishes, "disabled-resources": "- {kind: FenceAgentsRemediationTemplate, name: '*'}" }],
  ])("is nothing that %s", async (_given, annotations) => {
    expect(await foreseen(annotations)).not.toEqual({ hasTemplate: true });
  });
});
