import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { permissionsOf } from "../../../steps/switchover/permissions.ts";
import type { TestApiServer } from "../../support/api-servers.ts";
import {
  installArgoCd,
  type LiveApplication,
  madeByParent,
  marker,
  patchApplication,
  readApplication,
  seedApplication,
} from "../../support/hubs/argo-cd.ts";
import { installFlux, seedFlux } from "../../support/hubs/flux.ts";
import { accountFolder, accountUser, grantNothingToAll, installRole } from "./support/accounts.ts";
import { ArgocdBench, type ArgocdFolders, argocd, startArgocd, stateIn } from "./support/argocd-bench.ts";
import { describeAll, describeCall, recordedCalls } from "./support/recorded-calls.ts";
import { installPolicy, removePolicy, untilAnswered } from "./support/refusing-policy.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const minute = 60_000;
/** Long enough that every hub is watched after it was listed. */
const settling = ["--tuning", JSON.stringify({ argocdSettle: 3, argocdSyncWait: 120 })];
const quick = ["--tuning", JSON.stringify({ argocdSettle: 1, argocdSyncWait: 1 })];
const acm = { namespace: "gitops-x", name: "acm" };
const policies = { namespace: "gitops-y", name: "policies" };
const acmPolicy = { automated: {}, syncOptions: ["A"] };
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: exitCode === 0 ? "" : stderr.slice(-1500) });
const succeeded = { exitCode: 0, tail: "" };

/** What a run has to say about an Application. */
function seen({ metadata, spec }: LiveApplication) {
  return { policy: spec.syncPolicy, marker: metadata.annotations?.[marker] };
}

/** Refuses, as an admission controller of the owner would, to let anybody change this Application. */
async function forbid(server: TestApiServer, { namespace, name }: typeof policies): Promise<void> {
  await installPolicy(server, {
    name: "frozen",
    resource: { group: "argoproj.io", plural: "applications" },
    operation: "UPDATE",
    unless: `object.metadata.name != '${name}'`,
    message: "it is frozen",
  });
  await untilFrozen(server, { namespace, name }, true);
}

async function allow(server: TestApiServer, application: typeof policies): Promise<void> {
  await removePolicy(server, "frozen");
  await untilFrozen(server, application, false);
}

/** An API server takes policies over a moment after they are written. */
async function untilFrozen(
  server: TestApiServer,
  { namespace, name }: typeof policies,
  frozen: boolean,
): Promise<void> {
  const patch = JSON.stringify({ metadata: { labels: { probe: "1" } } });
  const probe = ["-n", namespace, "patch", `applications.argoproj.io/${name}`, "--dry-run=server", "--type=merge"];
  await untilAnswered(() => server.kubectl([...probe, "-p", patch]), frozen ? "it is frozen" : "patched");
}

describe("a switchover of hubs that Argo CD keeps as Git has them", () => {
  let bench: SwitchoverBench;
  let folders: ArgocdFolders;
  let unmanaged: Ended;
  let plan: Ended;
  let first: Ended;
  let afterFirst: Readonly<Record<string, unknown>> | undefined;
  let second: Ended;
  const manual = { namespace: "gitops-x", name: "manual" };
  const shop = { namespace: "gitops-x", name: "shop" };
  const live = (application: typeof acm) => readApplication(bench.pair.primary, application);

  beforeAll(async () => {
    bench = await SwitchoverBench.open({}, patientTuning);
    const { primary } = bench.pair;
    await installArgoCd(primary);
    await seedApplication(primary, { ...acm, syncPolicy: acmPolicy });
    await seedApplication(primary, { ...policies, syncPolicy: { automated: { prune: true } } });
    await seedApplication(primary, { ...manual, syncPolicy: { syncOptions: ["A"] } });
    const resources = [{ kind: "Deployment", namespace: "shop", name: "web" }];
    await seedApplication(primary, { ...shop, syncPolicy: { automated: {} }, resources });
    folders = {
      primary: await bench.folderOf(primary.kubeconfig(), "primary"),
      secondary: await bench.folderOf(bench.pair.secondary.kubeconfig(), "secondary"),
      state: bench.stateFolder,
    };
    unmanaged = await bench.run(["--dry-run", "true"]);
    plan = await bench.run(["--argocd-manage", "true", "--dry-run", "true"]);
    await forbid(primary, policies);
    first = await bench.run(["--argocd-manage", "true"]);
    afterFirst = await bench.state();
    await allow(primary, policies);
    second = await bench.run(["--argocd-manage", "true"]);
  }, 5 * minute);

  afterAll(() => bench?.close());

  test("a dry run says which Applications it would pause", () => {
    expect(endOf(plan)).toEqual(succeeded);
    expect(plan.stdout).toContain("turn automated sync of Application gitops-x/acm off");
    expect(plan.stdout).toContain("turn automated sync of Application gitops-y/policies off");
    expect(plan.stdout).not.toMatch(/Application gitops-x\/(manual|shop)/);
  });

  test("A-63 fails where one cannot be paused, and remembers the other alone", () => {
    expect({ exitCode: first.exitCode, tail: first.stderr.slice(-1500) }).toMatchObject({ exitCode: 1 });
    expect(first.stderr).toContain("pause Applications: 1 of 2 failed: applications.argoproj.io gitops-y/policies");
    expect(afterFirst).toMatchObject({
      current_phase: "failed",
      config: {
        argocd_paused_apps: [{ hub: "primary", ...acm, original_sync_policy: acmPolicy, pause_applied: true }],
      },
    });
  });

  test("a run that does not pause them says so in its last lines, too", () => {
    expect(endOf(unmanaged)).toEqual(succeeded);
    const lines = unmanaged.stderr.trimEnd().split("\n");
    const advice = lines.findLastIndex((line) => line.includes("GitOps on the primary hub: 2 Applications of Argo CD"));
    expect(lines.slice(advice + 1, advice + 3)).toEqual([
      expect.stringContaining('"type":"result"'),
      expect.stringMatching(/^OK /),
    ]);
  });

  test("A-63 completes once it is allowed, and says that they stay paused", async () => {
    expect(endOf(second)).toEqual(succeeded);
    const { operation_id: id } = await stateIn(bench.stateFolder);
    const report = await readFile(join(bench.stateFolder, "reports", String(id), "report.json"), "utf8");
    expect(JSON.parse(report).nextActions).toContainEqual(
      expect.stringMatching(`^2 Argo CD Applications stay paused: .* operation-id ${String(id)}$`),
    );
    expect(await bench.state()).toMatchObject({ current_phase: "completed" });
  });

  test("A-60 / K-02 leaves the Application without automated sync, its other options kept, with the id of the run", async () => {
    const { config } = await stateIn(bench.stateFolder);
    expect({ config }).toMatchObject({
      config: {
        argocd_run_id: expect.stringMatching(/^[0-9a-f]{12}$/),
        argocd_paused_apps: [
          { ...acm, original_sync_policy: acmPolicy, pause_applied: true },
          { ...policies, original_sync_policy: { automated: { prune: true } }, pause_applied: true },
        ],
      },
    });
    const runId = config["argocd_run_id"];
    expect(seen(await live(acm))).toEqual({ policy: { syncOptions: ["A"] }, marker: runId });
    expect(seen(await live(policies))).toEqual({ policy: {}, marker: runId });
  });

  test("A-60 leaves what does not touch ACM, and what does not sync by itself, alone", async () => {
    expect(seen(await live(shop))).toEqual({ policy: { automated: {} }, marker: undefined });
    expect(seen(await live(manual))).toEqual({ policy: { syncOptions: ["A"] }, marker: undefined });
  });

  test("A-61 argocd-resume gives back what was there, and called again has nothing to do", async () => {
    const resumed = await argocd("resume", folders);
    expect(endOf(resumed)).toEqual(succeeded);
    expect(seen(await live(acm))).toEqual({ policy: acmPolicy, marker: undefined });
    expect(seen(await live(policies))).toEqual({ policy: { automated: { prune: true } }, marker: undefined });
    const before = (await live(acm)).metadata.resourceVersion;
    const again = await argocd("resume", folders);
    expect(endOf(again)).toEqual(succeeded);
    expect(again.stderr).toContain("already resumed");
    expect((await live(acm)).metadata.resourceVersion).toBe(before);
    expect(await bench.state()).toMatchObject({ current_phase: "completed", errors: [{ step: "pause_argocd_apps" }] });
  });
});

describe("the pause and the resume by themselves", () => {
  let bench: ArgocdBench;
  let folders: Required<ArgocdFolders>;
  const live = () => readApplication(bench.server("primary"), acm);

  beforeAll(async () => {
    bench = await ArgocdBench.open();
    await installArgoCd(bench.server("primary"));
  }, 4 * minute);
  beforeEach(async () => {
    folders = await bench.folders();
    await seedApplication(bench.server("primary"), { ...acm, syncPolicy: acmPolicy });
  });
  afterEach(() =>
    bench.server("primary").kubectl(["-n", acm.namespace, "delete", "applications.argoproj.io", "--all"]),
  );
  afterAll(() => bench?.close());

  test("pause what touches ACM, keep it in a state of their own, and give it back", async () => {
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    const state = await stateIn(folders.state);
    expect(state).toMatchObject({
      operation: "argocd-pause",
      current_phase: "init",
      completed_steps: [],
      errors: [],
      hubs: { primary: { id: "primary-hub-id" }, secondary: { id: "secondary-hub-id" } },
      config: { argocd_paused_apps: [{ hub: "primary", ...acm, pause_applied: true }] },
    });
    expect(seen(await live())).toEqual({ policy: { syncOptions: ["A"] }, marker: state.config["argocd_run_id"] });
    expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
    expect(seen(await live())).toEqual({ policy: acmPolicy, marker: undefined });
  });

  test("pause a second time what has come since, under the same id", async () => {
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    const runId = (await stateIn(folders.state)).config["argocd_run_id"];
    await seedApplication(bench.server("primary"), { ...acm, name: "later", syncPolicy: { automated: {} } });
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    expect((await stateIn(folders.state)).config).toMatchObject({
      argocd_run_id: runId,
      argocd_paused_apps: [{ name: "acm" }, { name: "later" }],
    });
  });

  test("pause again what somebody turned on, and give back what was there at first", async () => {
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    await patchApplication(bench.server("primary"), acm, { spec: { syncPolicy: { automated: { selfHeal: true } } } });
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    expect(seen(await live()).policy).toEqual({ syncOptions: ["A"] });
    expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
    expect(seen(await live()).policy).toEqual(acmPolicy);
  });

  test("§4.8 end when the sync that was under way has, and say so", async () => {
    await seedApplication(bench.server("primary"), { ...acm, syncPolicy: acmPolicy, phase: "Running" });
    const child = startArgocd("pause", folders);
    const pausing = ended(child);
    await written(child, "a sync is under way: primary gitops-x/acm");
    const finishedAt = new Date().toISOString();
    await patchApplication(bench.server("primary"), acm, {
      status: { operationState: { phase: "Succeeded", finishedAt } },
    });
    expect(endOf(await pausing)).toEqual(succeeded);
    expect(seen(await live()).policy).toEqual({ syncOptions: ["A"] });
  });

  test("§4.8 fail where a sync does not end, with the pause kept, which a resume takes back", async () => {
    await seedApplication(bench.server("primary"), { ...acm, syncPolicy: acmPolicy, phase: "Running" });
    const paused = await argocd("pause", folders, quick);
    expect(paused).toMatchObject({ exitCode: 5, stderr: expect.stringContaining("ERROR SW-ARGO-11") });
    expect(paused.stderr).toContain("a sync is under way: primary gitops-x/acm");
    expect(seen(await live()).policy).toEqual({ syncOptions: ["A"] });
    expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
    expect(seen(await live())).toEqual({ policy: acmPolicy, marker: undefined });
  });

  test("A-62 leave alone what another run has paused since", async () => {
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    await patchApplication(bench.server("primary"), acm, { metadata: { annotations: { [marker]: "0123456789ab" } } });
    const before = await live();
    const resumed = await argocd("resume", folders);
    expect(resumed.exitCode).toBe(1);
    expect(resumed.stderr).toContain("ERROR SW-ARGO-03");
    expect(resumed.stderr).toContain("primary gitops-x/acm: paused by another run (0123456789ab)");
    expect(await live()).toEqual(before);
  });

  test("find their hubs where the kubeconfigs are swapped", async () => {
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    const swapped = { ...folders, primary: folders.secondary, secondary: folders.primary };
    expect(endOf(await argocd("resume", swapped))).toEqual(succeeded);
    expect(seen(await live()).policy).toEqual(acmPolicy);
  });

  test("work on one hub alone", async () => {
    const { primary, state } = folders;
    expect(endOf(await argocd("pause", { primary, state }))).toEqual(succeeded);
    expect(seen(await live()).policy).toEqual({ syncOptions: ["A"] });
    expect(endOf(await argocd("resume", { secondary: primary, state }))).toEqual(succeeded);
    expect(seen(await live()).policy).toEqual(acmPolicy);
  });

  test("change nothing in a dry run, and leave nothing", async () => {
    const before = await live();
    const planned = await argocd("pause", folders, ["--dry-run", "true"]);
    expect(endOf(planned)).toEqual(succeeded);
    expect(planned.stdout).toContain("[DRY-RUN] primary merge-patch applications.argoproj.io gitops-x/acm");
    expect(await live()).toEqual(before);
    expect(await readdir(folders.state)).toEqual([]);
  });

  test("demand an operation-id where two operations hold something paused", async () => {
    const { primary, state } = folders;
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    await seedApplication(bench.server("primary"), { ...acm, name: "later", syncPolicy: { automated: {} } });
    expect(endOf(await argocd("pause", { primary, state }))).toEqual(succeeded);
    const resumed = await argocd("resume", folders);
    expect(resumed).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("ERROR SW-ARGO-10") });
    expect(seen(await live()).policy).toEqual({ syncOptions: ["A"] });
  });

  test.each([
    ["a resume of what nobody paused", "resume", [], 4, "SW-ARGO-08"],
    ["a resume of an operation that does not exist", "resume", ["--operation-id", "drill"], 4, "SW-ARGO-08"],
  ] as const)("refuse %s, and leave nothing", async (_what, verb, args, exitCode, id) => {
    const ended = await argocd(verb, folders, args);
    expect(ended).toMatchObject({ exitCode, stderr: expect.stringContaining(`ERROR ${id}`) });
    expect(await readdir(folders.state)).toEqual([]);
  });

  test("refuse to start without any hub", async () => {
    const ended = await argocd("pause", { state: folders.state });
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("ERROR SW-ARGO-06") });
  });

  test("refuse to pause under the id of another pair of hubs", async () => {
    const { primary, secondary, state } = folders;
    const args = ["--operation-id", "freeze"];
    expect(endOf(await argocd("pause", { primary, state }, args))).toEqual(succeeded);
    const ended = await argocd("pause", { primary, secondary, state }, args);
    expect(ended).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("ERROR SW-ARGO-07") });
  });

  test("have nothing to do, and keep no state, on a hub without Argo CD", async () => {
    const { secondary, state } = folders;
    const paused = await argocd("pause", { secondary, state });
    expect(endOf(paused)).toEqual(succeeded);
    expect(paused.stderr).toContain("no hub has Argo CD");
    expect((await readdir(state)).filter((name) => name.endsWith(".json"))).toEqual([]);
  });

  test("refuse what only a dry run of an older writer has paused", async () => {
    const { primary, state } = folders;
    const args = ["--operation-id", "freeze"];
    expect(endOf(await argocd("pause", { primary, state }, args))).toEqual(succeeded);
    const file = join(state, "freeze.json");
    const document = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...document, config: { ...document.config, argocd_pause_dry_run: true } }));
    const ended = await argocd("resume", { primary, state }, args);
    expect(ended).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("ERROR SW-ARGO-09") });
  });

  test("refuse a state whose list of paused Applications is none", async () => {
    const { primary, state } = folders;
    const args = ["--operation-id", "freeze"];
    expect(endOf(await argocd("pause", { primary, state }, args))).toEqual(succeeded);
    const file = join(state, "freeze.json");
    const document = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...document, config: { argocd_paused_apps: "all" } }));
    const ended = await argocd("resume", { primary, state }, args);
    expect(ended).toMatchObject({ exitCode: 4, stderr: expect.stringContaining("argocd_paused_apps") });
  });

  test("change nothing where they may not look at the Applications, and name the part of the role that lets them", async () => {
    const server = bench.server("primary");
    await installRole(server, "operator", ["base"]);
    const primary = await accountFolder(server, "operator", bench.folder);
    const before = await live();
    const ended = await argocd("pause", { primary, state: folders.state });
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain(
      "ERROR SW-ARGO-01 switchover argocd-pause: cannot tell which Argo CD Applications the primary hub has",
    );
    expect(ended.stderr).toMatch(/fix: .*"list" on applications\.argoproj\.io.*; the folder argocd of the roles/);
    expect(await live()).toEqual(before);
  });

  test("use exactly the permissions that they declare, under the operator's account", async () => {
    const hubs = ["primary", "secondary"] as const;
    const [primary = "", secondary = ""] = await Promise.all(
      hubs.map(async (hub) => {
        const server = bench.server(hub);
        await installRole(server, "operator", ["base", "argocd", "flux"]);
        await installFlux(server);
        for (const kind of ["Kustomization", "HelmRelease"] as const) {
          const ofAcm = { suspend: false, parent: "apps", targetNamespace: "multicluster-engine" };
          await seedFlux(server, { ...ofAcm, kind, namespace: "flux-system", name: "acm" });
        }
        await grantNothingToAll(server);
        return await accountFolder(server, "operator", bench.folder);
      }),
    );
    await installArgoCd(bench.server("secondary"));
    // Something makes them: they are looked at for a while after the pause.
    const annotations = madeByParent(acm);
    for (const hub of hubs) await seedApplication(bench.server(hub), { ...acm, syncPolicy: acmPolicy, annotations });
    for (const verb of ["pause", "resume"] as const) {
      const args = verb === "pause" ? [...settling, "--flux-manage", "true"] : settling;
      expect(endOf(await argocd(verb, { primary, secondary, state: folders.state }, args))).toEqual(succeeded);
    }
    const declared = describeAll([...permissionsOf("argocd-pause"), ...permissionsOf("argocd-resume")]);
    const lists = await Promise.all(
      hubs.map(async (hub) => recordedCalls(hub, await bench.server(hub).auditEvents(), accountUser("operator"))),
    );
    const used = new Set(lists.flat().map((call) => describeCall(call, declared)));
    // Only a run long enough renews its lease.
    const updates = hubs.map((hub) => `${hub} update coordination.k8s.io leases in backup`);
    expect([...new Set([...used, ...updates])].toSorted()).toEqual([...declared].toSorted());
  });
});
