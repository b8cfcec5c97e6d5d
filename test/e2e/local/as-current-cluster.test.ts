import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import type { Kubectl } from "../../cluster/current/kubectl.ts";
import { type CurrentCluster, verifyOnCurrent } from "../../cluster/current/verify.ts";
import { ensurePackages } from "../../cluster/local/packages.ts";
import { E2eStage } from "../switchover/e2e-stage.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const minute = 60_000;

// The local cluster, met as a user meets a cluster of his own: a kubeconfig, a registry, two hubs.
describe("a cluster that is only known by its kubeconfig", () => {
  let stage: E2eStage;
  let environment: Readonly<Record<string, string>>;
  let kubectl: Kubectl;

  beforeAll(async () => {
    await ensurePackages([{ path: "/usr/bin/skopeo", package: "skopeo" }], () => {});
    stage = await E2eStage.open();
    const { cluster, hubs } = stage;
    environment = {
      REGISTRY: `${new URL(cluster.registryUrl).host}/copied`,
      CLUSTER_REGISTRY: `${cluster.registry}/copied`,
      PLAIN_HTTP: "1",
      PRIMARY_KUBECONFIG: hubs.primary.kubeconfig(),
      SECONDARY_KUBECONFIG: hubs.secondary.kubeconfig(),
    };
    kubectl = (args, input = "") => cluster.kubectl(args, input);
    const flags = ["--registry", environment["REGISTRY"] ?? "", "--cluster-registry", `${cluster.registry}/copied`];
    for (const command of ["image-command.ts", "bundle-command.ts"])
      await run(process.execPath, [join("images/build", command), ...flags, "--plain-http"], { cwd: root });
  }, 20 * minute);

  afterAll(() => stage?.close(), 5 * minute);

  function current(changes: Readonly<Record<string, string>> = {}): CurrentCluster & { readonly lines: string[] } {
    const lines: string[] = [];
    return { environment: { ...environment, ...changes }, kubectl, log: (line) => lines.push(line), lines };
  }

  test(
    "gets bundles that were copied as OCI layouts, and a validation from them passes",
    async () => {
      const cluster = current();
      const end = await verifyOnCurrent(cluster);
      expect({ ...end, lines: end.succeeded ? [] : cluster.lines }).toMatchObject({
        succeeded: true,
        lines: [],
        results: { outcome: "succeeded" },
      });
      const used = await stage.kubectl("get", "pipelinerun", end.name, "-o", "jsonpath={.status.provenance.refSource}");
      expect(used).toContain("copied/switchover-pipelines");
    },
    4 * minute,
  );

  test(
    "plans a switchover as a dry run, which changes nothing",
    async () => {
      const end = await verifyOnCurrent(current({ OPERATION: "dry-run" }));
      expect(end).toMatchObject({ succeeded: true, results: { outcome: "dry-run" } });
      expect((await stage.available("primary")).length).toBeGreaterThan(0);
    },
    6 * minute,
  );

  test(
    "leaves log, objects and events of a run that fails, its last lines in sight",
    async () => {
      const file = join(stage.cluster.layout.folder, "unsafe.kubeconfig");
      const kubeconfig = parse(await readFile(stage.hubs.primary.kubeconfig(), "utf8"));
      const { server } = kubeconfig.clusters[0].cluster;
      kubeconfig.clusters[0].cluster = { server, "insecure-skip-tls-verify": true };
      await writeFile(file, stringify(kubeconfig));
      const cluster = current({ PRIMARY_KUBECONFIG: file });
      expect(await verifyOnCurrent(cluster)).toMatchObject({ succeeded: false, reason: "Failed" });
      expect(cluster.lines.at(-1)).toMatch(/turns the verification of certificates off\nwhy: .*\nfix: /);
      expect(cluster.lines.at(-1)).toMatch(/dist\/current\/.*\/events\.txt/);
    },
    3 * minute,
  );
});
