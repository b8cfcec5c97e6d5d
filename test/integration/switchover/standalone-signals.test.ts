import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { installArgoCd, seedApplication } from "../../support/hubs/argo-cd.ts";
import { Receiver } from "../lib/notify/support/receiver.ts";
import { ArgocdBench, type ArgocdFolders, argocd } from "./support/argocd-bench.ts";
import { DecommissionBench } from "./support/decommission-bench.ts";
import { switchover } from "./support/program.ts";
import { auditKeys, canaryKey, notificationsFolder, recordsOf } from "./support/signals.ts";
import type { Ended } from "./support/switchover-bench.ts";

/** The trail of the only operation in the folder. */
async function trailIn(state: string): Promise<string> {
  const [name = "", ...others] = (await readdir(state)).filter((file) => file.endsWith(".audit.jsonl"));
  expect(others).toEqual([]);
  return join(state, name);
}

function bound(workspaces: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(workspaces).flatMap(([name, path]) => ["--workspace", `${name}=${path}`]);
}

const application = { namespace: "argocd", name: "acm" };

describe("a pause of Argo CD and its resume, with notifications and a key", () => {
  let bench: ArgocdBench;
  let receiver: Receiver;
  let folders: Required<ArgocdFolders>;
  let publicKey: string;
  let dry: Ended;
  let paused: Ended;
  let resumed: Ended;
  let toldByDry: number;

  beforeAll(async () => {
    receiver = await Receiver.open();
    bench = await ArgocdBench.open();
    await installArgoCd(bench.server("primary"));
    await seedApplication(bench.server("primary"), { ...application, syncPolicy: { automated: {} } });
    const keys = await auditKeys(bench.folder);
    publicKey = keys.publicKey;
    const notifications = await notificationsFolder(bench.folder, receiver.url);
    folders = await bench.folders();
    const flags = bound({ notifications, "audit-key": keys.folder });
    dry = await argocd("pause", folders, [...flags, "--dry-run", "true"]);
    toldByDry = receiver.received.length;
    paused = await argocd("pause", folders, flags);
    resumed = await argocd("resume", folders, flags);
  }, 300_000);

  afterAll(async () => {
    await bench?.close();
    await receiver?.close();
  });

  test("W-09 tell of their start and their end, with the hubs that they are about", () => {
    expect([dry, paused, resumed].map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const told = receiver.bodies().map(({ kind, title }) => `${kind}: ${title}`);
    expect(told).toEqual([
      expect.stringMatching(/^started: argocd-pause \S+ has started$/),
      expect.stringMatching(/^ended: argocd-pause \S+ ended: succeeded$/),
      expect.stringMatching(/^started: argocd-resume \S+ has started$/),
      expect.stringMatching(/^ended: argocd-resume \S+ ended: succeeded$/),
    ]);
    expect(receiver.bodies()[0]?.["facts"]).toEqual(
      expect.arrayContaining([
        { label: "Old hub", value: "primary-hub-id" },
        { label: "New hub", value: "secondary-hub-id" },
      ]),
    );
  });

  test("W-09 tell nobody of a dry run", () => {
    expect(toldByDry).toBe(0);
  });

  test("W-19 leave both writes in one trail that the public key proves", async () => {
    const trail = await trailIn(folders.state);
    const proof = await switchover(["verify-audit", trail, "--public-key", publicKey]);
    expect({ exitCode: proof.exitCode, stderr: proof.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
    const written = (await recordsOf(trail)).filter(({ event }) => event === "written");
    expect(written.map(({ write }) => `${write?.hub} ${write?.verb} ${write?.resource}/${write?.name}`)).toEqual([
      "primary patch applications/acm",
      "primary patch applications/acm",
    ]);
  });

  test("W-19 leave the signing key of the notices in no output and no file", async () => {
    const files = await Promise.all(
      (await readdir(folders.state)).map((file) => readFile(join(folders.state, file), "utf8")),
    );
    const outputs = [paused, resumed].flatMap(({ stdout, stderr }) => [stdout, stderr]);
    expect([...files, ...outputs].filter((text) => text.includes(canaryKey))).toEqual([]);
  });

  test("W-19 an optional Secret that nobody made, an empty folder, leaves the trail unsigned", async () => {
    const empty = join(bench.folder, "no-key");
    await mkdir(join(empty, "..2026_01_01"), { recursive: true });
    const fresh = await bench.folders();

    const ran = await argocd("pause", fresh, bound({ "audit-key": empty, notifications: empty }));

    expect({ exitCode: ran.exitCode, stderr: ran.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
    const proof = await switchover(["verify-audit", await trailIn(fresh.state)]);
    expect(proof.exitCode).toBe(0);
  });

  test("W-19 a Secret with another key is refused before anything is written", async () => {
    const other = join(bench.folder, "other-key");
    await mkdir(other);
    await writeFile(join(other, "id_rsa"), "not ours");

    const ran = await argocd("pause", await bench.folders(), bound({ "audit-key": other }));

    expect({ exitCode: ran.exitCode, error: ran.stderr.includes("AUDIT-01") }).toEqual({ exitCode: 2, error: true });
  });
});

describe("a removal of a hub, with notifications and a key", () => {
  let bench: DecommissionBench;
  let receiver: Receiver;
  let state: string;
  let publicKey: string;
  let refused: Ended;
  let removed: Ended;
  let toldByRefusal: readonly unknown[];

  beforeAll(async () => {
    receiver = await Receiver.open();
    bench = await DecommissionBench.open();
    const keys = await auditKeys(bench.folder);
    publicKey = keys.publicKey;
    const notifications = await notificationsFolder(bench.folder, receiver.url);
    state = await bench.freshState();
    const flags = bound({ notifications, "audit-key": keys.folder });
    refused = await bench.run(state, [...flags, "--confirm-decommission", "another-hub"]);
    toldByRefusal = receiver.bodies();
    removed = await bench.run(state, [...flags, "--confirm-decommission", "primary-hub-id"]);
  }, 300_000);

  afterAll(async () => {
    await bench?.close();
    await receiver?.close();
  });

  test("W-09 tells of its start and its end", () => {
    expect({ exitCode: removed.exitCode, tail: removed.stderr.slice(-1500) }).toMatchObject({ exitCode: 0 });
    const told = receiver.bodies().slice(toldByRefusal.length);
    expect(told.map(({ kind, title }) => `${kind}: ${title}`)).toEqual([
      expect.stringMatching(/^started: decommission \S+ has started$/),
      expect.stringMatching(/^ended: decommission \S+ ended: succeeded$/),
    ]);
  });

  test("W-09 tells nobody of a removal that names another hub, which nothing was done for", () => {
    expect({ exitCode: refused.exitCode, told: toldByRefusal }).toEqual({ exitCode: 4, told: [] });
  });

  test("W-19 leaves every deletion in a trail that the public key proves", async () => {
    const trail = await trailIn(state);
    const proof = await switchover(["verify-audit", trail, "--public-key", publicKey]);
    expect({ exitCode: proof.exitCode, stderr: proof.stderr.slice(-600) }).toMatchObject({ exitCode: 0 });
    const deletions = (await recordsOf(trail)).filter(
      ({ write, event }) => event === "written" && write?.verb === "delete",
    );
    expect(deletions.map(({ write }) => write?.resource)).toEqual(
      expect.arrayContaining(["managedclusters", "multiclusterhubs", "backupschedules", "restores"]),
    );
  });
});
