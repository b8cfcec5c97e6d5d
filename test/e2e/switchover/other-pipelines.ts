import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { installArgoCd, readApplication, seedApplication } from "../../support/hubs/argo-cd.ts";
import type { E2eStage } from "./e2e-stage.ts";

const minute = 60_000;
const application = { namespace: "gitops-x", name: "acm" };
const policy = { automated: { selfHeal: true }, syncOptions: ["A"] };

/** The Pipelines beside the switchover itself, each started as the sample run that is committed with it. */
export function otherPipelines(stageOf: () => E2eStage): void {
  test(
    "the sample run of discover finds both hubs",
    async () => {
      const name = await stageOf().startSample("discover");
      expect(await stageOf().succeeded(name)).toMatchObject({ outcome: "succeeded", proposal: "preflight" });
    },
    3 * minute,
  );

  test(
    "trigger starts a run for each pair of hubs in a file, two at once, and tells how each one ended",
    async () => {
      const stage = stageOf();
      const secrets = {
        "old-hub-secret": "switchover-primary-kubeconfig",
        "new-hub-secret": "switchover-secondary-kubeconfig",
      };
      const pairs = [
        { name: "right", params: { ...secrets, "run-id": "wave-right", "confirm-new-hub": stage.hubs.ids.secondary } },
        { name: "wrong", params: { ...secrets, "run-id": "wave-wrong", "confirm-new-hub": stage.hubs.ids.primary } },
      ];
      const file = join(stage.cluster.layout.folder, "pairs.json");
      await writeFile(file, JSON.stringify(pairs));

      const { exitCode, stdout, stderr } = await stage.trigger(
        "--trigger-template",
        "switchover-pair",
        "--each",
        file,
        "--parallel",
        "2",
      );

      expect({ exitCode, tail: stderr.slice(-1500) }).toMatchObject({
        exitCode: 4,
        tail: expect.stringContaining("ERROR TRIG-08 trigger: 1 of 2 runs failed"),
      });
      expect(stdout).toMatch(/^right\s+succeeded\s+PipelineRun fairlead\/wave-right succeeded/m);
      expect(stdout).toMatch(/^wrong\s+failed\s+TRIG-05 PipelineRun fairlead\/wave-wrong failed/m);
      expect(await stage.ended("wave-right")).toMatchObject({ results: { outcome: "dry-run" } });
    },
    5 * minute,
  );

  test(
    "the sample run of setup makes accounts, roles and kubeconfigs on a hub, and proves them",
    async () => {
      const stage = stageOf();
      const file = stage.hubs.secondary.kubeconfig();
      const secret = ["create", "secret", "generic", "switchover-admin-kubeconfig", `--from-file=kubeconfig=${file}`];
      await stage.kubectl(...secret);
      const name = await stage.startSample("setup");
      expect(await stage.succeeded(name)).toMatchObject({ outcome: "succeeded" });
      const accounts = await stage.hubs.secondary.kubectl([
        "-n",
        "acm-switchover",
        "get",
        "serviceaccounts",
        "-o",
        "name",
      ]);
      expect(accounts).toContain("serviceaccount/acm-switchover-operator");
    },
    4 * minute,
  );

  test(
    "the sample runs of argocd-pause and argocd-resume take an Application's automated sync and give it back exactly",
    async () => {
      const stage = stageOf();
      const hub = stage.hubs.primary;
      await installArgoCd(hub);
      await seedApplication(hub, { ...application, syncPolicy: policy });

      const paused = await stage.succeeded(await stage.startSample("argocd-pause", { "dry-run": "false" }));
      expect(paused).toMatchObject({ outcome: "succeeded", applications: "1" });
      expect((await readApplication(hub, application)).spec.syncPolicy).toEqual({ syncOptions: ["A"] });

      const resumed = await stage.succeeded(await stage.startSample("argocd-resume"));
      expect(resumed).toMatchObject({ outcome: "succeeded" });
      expect((await readApplication(hub, application)).spec.syncPolicy).toEqual(policy);
    },
    5 * minute,
  );

  test(
    "the sample run of show-state tells of the newest operation on the claim",
    async () => {
      const name = await stageOf().startSample("show-state");
      expect(await stageOf().succeeded(name)).toMatchObject({ outcome: "succeeded" });
      expect(await stageOf().tkn("pipelinerun", "logs", name)).toContain("argocd");
    },
    3 * minute,
  );

  test(
    "the sample run of decommission plans only; for a hub whose clusters are still there it is refused",
    async () => {
      const stage = stageOf();
      const name = await stage.startSample("decommission");
      expect(await stage.ended(name)).toMatchObject({ status: "False", results: { outcome: "refused" } });
      expect(await stage.tkn("pipelinerun", "logs", name)).toContain("ERROR SW-DEC-");
      expect(await stage.available("primary")).toHaveLength(12);
    },
    3 * minute,
  );
}
