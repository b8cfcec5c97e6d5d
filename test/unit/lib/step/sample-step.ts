import * as Type from "typebox";
import { defineStep } from "../../../../steps/lib/step/define-step.ts";
import type { Registry } from "../../../../steps/lib/step/types.ts";

/** A declaration that uses every feature; it does nothing. */
export const sampleStep = defineStep({
  area: "fleet",
  name: "count-clusters",
  summary: "Count the clusters of a hub",
  description: "Counts the clusters that are Available.",
  params: {
    method: Type.Enum(["quick", "full"], { default: "quick", description: "How the clusters are counted" }),
    "hub-context": Type.String({ pattern: "^[a-z-]+$", rule: "a context name", description: "Context of the hub" }),
    limit: Type.Integer({ minimum: 1, default: 500, description: "Clusters per page" }),
    "dry-run": Type.Boolean({ default: false, description: "Show what would be done" }),
    tuning: Type.Optional(Type.Object({ wait: Type.Integer() }, { description: "Waits in seconds" })),
    clusters: Type.Array(Type.String({ pattern: "^[a-z0-9-]+$" }), { default: [], description: "Only these clusters" }),
  },
  results: {
    outcome: { description: "What came out", neutral: "failed", values: ["counted", "failed"] },
    summary: { description: "One sentence", neutral: "", human: true },
  },
  workspaces: {
    output: { description: "Reports of this run" },
    kubeconfig: { description: "Secret with the key kubeconfig", readOnly: true, secret: true },
    "ca-bundle": { description: "Certificates to trust", readOnly: true, optional: true },
  },
  exitCodes: [
    { code: 0, meaning: "counted" },
    { code: 2, meaning: "a parameter is invalid" },
    { code: 5, meaning: "the deadline passed" },
  ],
  permissions: [
    {
      target: "hub",
      group: "cluster.open-cluster-management.io",
      resource: "managedclusters",
      verbs: ["list"],
      scope: "cluster",
      readOnly: true,
      reason: "the clusters to count",
    },
  ],
  example: { "hub-context": "old-hub", tuning: '{"wait":5}' },
  deadlineSeconds: 600,
  tekton: { displayName: "Count clusters", categories: ["Kubernetes"], tags: ["acm"] },
  run: async () => undefined,
});

export const sampleRegistry: Registry = {
  areas: [{ name: "fleet", summary: "Look at a fleet" }],
  commands: [
    { area: "fleet", name: "count-clusters", summary: "Count the clusters of a hub", load: async () => sampleStep },
    { area: "fleet", name: "compare", summary: "Compare two hubs", load: async () => sampleStep },
    { name: "version", summary: "Print the version", load: async () => sampleStep },
  ],
};
