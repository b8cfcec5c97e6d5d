import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ArgocdBench } from "../integration/switchover/support/argocd-bench.ts";
import { GitopsHub } from "../support/argo-cd/gitops-hub.ts";

const minute = 60_000;
let bench: ArgocdBench;
let hub: GitopsHub;

beforeAll(async () => {
  bench = await ArgocdBench.open();
  hub = await GitopsHub.open(bench.server("primary"));
}, 30 * minute);

afterAll(async () => {
  await hub?.close();
  await bench?.close();
}, minute);

describe("x", () => {
  test("y", async () => {
    const cm = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "open-cluster-management" }, data: { a: "1" } };
    const sha = await hub.commit("acm/a.json", cm);
    await hub.apply({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name: "acm", namespace: "argocd" }, spec: { project: "default", destination: { server: "https://kubernetes.default.svc", namespace: "default" }, source: hub.source("acm"), syncPolicy: { automated: { prune: true, selfHeal: true } } } });
    await hub.untilSynced("acm", sha);
    console.log(await hub.server.kubectl(["-n", "argocd", "get", "application", "acm", "-o", "yaml"]));
    expect(1).toBe(1);
  }, 3 * minute);
});
