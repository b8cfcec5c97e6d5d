import { describe, expect, test } from "@jest/globals";
import type { Application } from "../../../../steps/switchover/acm/hub-objects.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { summariseApplication } from "../../../../steps/switchover/argocd/application.ts";

const summarise = summariseApplication("primary", { namespaces: defaultNamespaces, localCluster: "local-cluster" });

/** As the API server sends it: the form of a policy is the user's. */
function automated(spec: object): boolean {
  const application = JSON.parse(JSON.stringify({ metadata: { name: "a", namespace: "gitops" }, spec }));
  return summarise(application as Application).automated;
}

describe("K-29 an Application syncs by itself", () => {
  test.each([
    ["an empty map", {}],
    ["any of its options", { prune: true }],
    ["enabled: true", { enabled: true }],
  ])("where automated is %s", (_what, value) => {
    expect(automated({ syncPolicy: { automated: value, syncOptions: ["A"] } })).toBe(true);
  });

  test.each([
    ["without a policy", {}],
    ["with the policy null", { syncPolicy: null }],
    ["with an empty policy", { syncPolicy: {} }],
    ["with automated null", { syncPolicy: { automated: null } }],
    ["with automated that is not enabled", { syncPolicy: { automated: { enabled: false, prune: true } } }],
  ])("never %s", (_what, spec) => {
    expect(automated(spec)).toBe(false);
  });
});
