import { describe, expect, test } from "@jest/globals";
import { currentKubectl } from "../../cluster/current/kubectl.ts";
import { operationOptions } from "../../cluster/current/options.ts";
import { verifyOnCurrent } from "../../cluster/current/verify.ts";

// With CLUSTER=current: REGISTRY, PRIMARY_KUBECONFIG and SECONDARY_KUBECONFIG say where the bundles and the targets are.
describe("on the cluster of the current context", () => {
  test(
    "the bundle of REGISTRY is installed and its operation succeeds between the named hubs",
    async () => {
      const lines: string[] = [];
      const cluster = { environment: process.env, kubectl: currentKubectl, log: (line: string) => lines.push(line) };
      const end = await verifyOnCurrent(cluster);
      expect({ ...end, log: end.succeeded ? [] : lines }).toMatchObject({ succeeded: true, log: [] });
      const { operation } = await operationOptions(process.env);
      expect(end.results["outcome"]).toBe(operation === "dry-run" ? "dry-run" : "succeeded");
    },
    8 * 60 * 60_000,
  );
});
