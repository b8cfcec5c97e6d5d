import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { marker } from "../../support/hubs/argo-cd.ts";
import {
  type FluxPlace,
  installFlux,
  type LiveFlux,
  patchFlux,
  readFlux,
  removeFlux,
  seedFlux,
  writeStatus,
} from "../../support/hubs/flux.ts";
import { accountFolder, installRole } from "./support/accounts.ts";
import { ArgocdBench, type ArgocdFolders, argocd, startArgocd, stateIn } from "./support/argocd-bench.ts";
import { type Ended, ended, written } from "./support/switchover-bench.ts";

const minute = 60_000;
const quick = ["--tuning", JSON.stringify({ argocdSettle: 1, argocdSyncWait: 1 })];
const managing = ["--flux-manage", "true"];
const namespace = "flux-system";
const acm: FluxPlace = { kind: "Kustomization", namespace, name: "acm" };
const release: FluxPlace = { kind: "HelmRelease", namespace, name: "schedules" };
const endOf = ({ exitCode, stderr }: Ended) => ({ exitCode, tail: exitCode === 0 ? "" : stderr.slice(-1500) });
const succeeded = { exitCode: 0, tail: "" };

/** What a run has to say about an object. */
function seen({ metadata, spec }: LiveFlux) {
  return { suspend: spec.suspend, marker: metadata.annotations?.[marker] };
}

describe("W-13 the commands that pause and resume, with Flux", () => {
  let bench: ArgocdBench;
  let folders: Required<ArgocdFolders>;
  const server = () => bench.server("primary");
  const live = async (place: FluxPlace) => seen(await readFlux(server(), place));
  const pause = (args: readonly string[] = []) => argocd("pause", folders, [...managing, ...args]);

  beforeAll(async () => {
    bench = await ArgocdBench.open();
    await installFlux(server());
  }, 4 * minute);
  beforeEach(async () => {
    folders = await bench.folders();
    await seedFlux(server(), acm);
  });
  afterEach(() => removeFlux(server(), namespace));
  afterAll(() => bench?.close());

  test("W-13 suspend what touches ACM, and give suspend back as it was: absent stays absent, false stays false", async () => {
    await seedFlux(server(), { ...release, suspend: false, targetNamespace: "open-cluster-management-backup" });
    expect(endOf(await pause())).toEqual(succeeded);
    const { config } = await stateIn(folders.state);
    expect(config).toEqual({
      flux_run_id: expect.stringMatching(/^[0-9a-f]{12}$/),
      flux_paused: [
        { hub: "primary", ...acm, original_sync_policy: {}, pause_applied: true },
        { hub: "primary", ...release, original_sync_policy: { suspend: false }, pause_applied: true },
      ],
    });
    const held = { suspend: true, marker: config["flux_run_id"] };
    expect([await live(acm), await live(release)]).toEqual([held, held]);
    const resumed = await argocd("resume", folders);
    expect(endOf(resumed)).toEqual(succeeded);
    expect([await live(acm), await live(release)]).toEqual([
      { suspend: undefined, marker: undefined },
      { suspend: false, marker: undefined },
    ]);
  });

  test("W-13 never resume what somebody else had suspended, nor touch what is not of ACM", async () => {
    const foreign = { ...acm, name: "foreign" };
    const shop = { ...acm, name: "shop" };
    await seedFlux(server(), { ...foreign, suspend: true });
    await seedFlux(server(), { ...shop, inventory: ["shop_web_apps_Deployment"] });
    const before = [await readFlux(server(), foreign), await readFlux(server(), shop)];
    expect(endOf(await pause())).toEqual(succeeded);
    expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
    expect([await readFlux(server(), foreign), await readFlux(server(), shop)]).toEqual(before);
  });

  test("W-13 leave Flux alone without flux-manage", async () => {
    const before = await readFlux(server(), acm);
    expect(endOf(await argocd("pause", folders))).toEqual(succeeded);
    expect(await readFlux(server(), acm)).toEqual(before);
  });

  test("W-13 change nothing in a dry run", async () => {
    const before = await readFlux(server(), acm);
    const planned = await pause(["--dry-run", "true"]);
    expect(endOf(planned)).toEqual(succeeded);
    expect(planned.stdout).toContain("suspend Kustomization flux-system/acm");
    expect(await readFlux(server(), acm)).toEqual(before);
  });

  test("W-13 suspend again what somebody turned on, and give back what was there at first", async () => {
    expect(endOf(await pause())).toEqual(succeeded);
    await patchFlux(server(), acm, { spec: { suspend: false } });
    expect(endOf(await pause())).toEqual(succeeded);
    expect(await live(acm)).toMatchObject({ suspend: true });
    expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
    expect(await live(acm)).toEqual({ suspend: undefined, marker: undefined });
  });

  test("W-13 a pause that was killed in its wait is taken up, and is taken back exactly", async () => {
    const busy = { ...acm, reconciling: "Progressing" } as const;
    await writeStatus(server(), busy);
    await patchFlux(server(), acm, { metadata: { labels: { someones: "label" } } });
    const child = startArgocd("pause", folders, managing);
    const killed = ended(child);
    await written(child, "a reconciliation is under way: primary Kustomization flux-system/acm");
    child.kill("SIGKILL");
    await killed;
    await writeStatus(server(), acm);
    expect(endOf(await pause())).toEqual(succeeded);
    expect(await live(acm)).toMatchObject({ suspend: true });
    expect(endOf(await argocd("resume", folders))).toEqual(succeeded);
    expect(await live(acm)).toEqual({ suspend: undefined, marker: undefined });
  });

  test("W-13 fail where a reconciliation does not end, but not for one between its tries", async () => {
    await writeStatus(server(), { ...acm, reconciling: "Progressing" });
    const paused = await pause(quick);
    expect(paused).toMatchObject({ exitCode: 5, stderr: expect.stringContaining("ERROR SW-FLUX-04") });
    await writeStatus(server(), { ...acm, reconciling: "ProgressingWithRetry" });
    expect(endOf(await pause(quick))).toEqual(succeeded);
  });

  test("W-13 leave alone what another run has suspended since", async () => {
    expect(endOf(await pause())).toEqual(succeeded);
    await patchFlux(server(), acm, { metadata: { annotations: { [marker]: "0123456789ab" } } });
    const before = await readFlux(server(), acm);
    const resumed = await argocd("resume", folders);
    expect(resumed.exitCode).toBe(1);
    expect(resumed.stderr).toContain("ERROR SW-FLUX-03");
    expect(resumed.stderr).toContain("primary Kustomization flux-system/acm: paused by another run (0123456789ab)");
    expect(await readFlux(server(), acm)).toEqual(before);
  });

  test("W-13 change nothing where they may not look at Flux, and name the part of the role that lets them", async () => {
    await installRole(server(), "operator", ["base", "argocd"]);
    const primary = await accountFolder(server(), "operator", bench.folder);
    const before = await readFlux(server(), acm);
    const refused = await argocd("pause", { primary, state: folders.state }, managing);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain("ERROR SW-FLUX-01");
    expect(refused.stderr).toContain("the folder flux of the roles");
    expect(await readFlux(server(), acm)).toEqual(before);
  });
});
