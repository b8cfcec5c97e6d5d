import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Hub } from "../../cluster/hub/hub.ts";
import { hubNames } from "../../cluster/hub/hub-names.ts";
import { backupNamespace } from "../../cluster/hub/hub-parts.ts";
import { readState } from "../../cluster/hub/hub-state.ts";
import { environmentOptions } from "../../cluster/hub/hubs-options.ts";
import { type Hubs, openHubs, startHubs } from "../../cluster/hub/start-hubs.ts";
import { backUpFleet, createFleet, fleetOf, restoreFleet, waitFor } from "./fleet.ts";

const run = promisify(execFile);
const location = "backupstoragelocations.velero.io/dpa-hub-1";

let scratch: string;
let folder: string;
let hubs: Hubs;
let primary: Hub;
let secondary: Hub;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "fairlead-hubs-"));
  folder = join(scratch, "hubs");
  hubs = await startHubs({ ...(await environmentOptions(process.env)), folder });
  primary = hubs.hub("primary");
  secondary = hubs.hub("secondary");
}, 600_000);
afterAll(async () => {
  await hubs?.stop();
  await rm(scratch, { recursive: true, force: true });
}, 60_000);

describe("real hubs", () => {
  test("a fleet of 12 travels from one to the other through object storage", async () => {
    const fleet = await createFleet(primary, 12);
    expect(await fleetOf(secondary)).toEqual([]);
    await backUpFleet(primary, "acm-managed-clusters-schedule-1");
    await restoreFleet(secondary, "acm-managed-clusters-schedule-1");
    expect(await fleetOf(secondary)).toEqual(fleet);
  }, 300_000);

  test("know their users, and admit nobody to anything", async () => {
    const get = (user: string): Promise<string> =>
      primary.kubectl([`--kubeconfig=${primary.kubeconfig(user)}`, "get", "managedclusters"]);
    await expect(get("nobody")).rejects.toThrow('User "nobody" cannot list resource "managedclusters"');
    await expect(get("operator")).rejects.toThrow('User "operator" cannot list');
  });

  test("tell their callers apart in the audit log", async () => {
    await primary.kubectl(["get", "configmap", "called", "--ignore-not-found"]);
    const events = await primary.auditEvents();
    const users = new Set(events.map((event) => event.user.username));
    expect([...users]).toEqual(expect.arrayContaining(["admin", "velero", "kube-controller-manager"]));
    expect(events.some((event) => event.user.username === "admin" && event.objectRef?.name === "called")).toBe(true);
  });

  test("collect garbage by owner references and finish the deletion of namespaces", async () => {
    await primary.kubectl(["create", "namespace", "garbage"]);
    await primary.kubectl(["create", "configmap", "owner", "-n", "garbage"]);
    const uid = await primary.kubectl(["get", "configmap", "owner", "-n", "garbage", "-o", "jsonpath={.metadata.uid}"]);
    const owned = {
      apiVersion: "velero.io/v1",
      kind: "Schedule",
      metadata: {
        name: "owned",
        namespace: "garbage",
        ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid }],
      },
      spec: { schedule: "0 0 1 1 *", template: {} },
    };
    await primary.kubectl(["create", "-f", "-"], JSON.stringify(owned));
    await primary.kubectl(["delete", "configmap", "owner", "-n", "garbage"]);
    await primary.kubectl(["wait", "--for=delete", "-n", "garbage", "schedules.velero.io/owned", "--timeout=60s"]);
    await primary.kubectl(["delete", "namespace", "garbage", "--timeout=60s"]);
    expect(await primary.kubectl(["get", "namespace", "garbage", "--ignore-not-found"])).toBe("");
  }, 180_000);

  test("have a storage location that a DataProtectionApplication owns", async () => {
    const owner = "jsonpath={.metadata.ownerReferences[0].kind}/{.metadata.ownerReferences[0].name}";
    expect(await primary.kubectl(["get", "-n", backupNamespace, location, "-o", owner])).toBe(
      "DataProtectionApplication/dpa-hub",
    );
    await waitFor(primary, "dataprotectionapplications.oadp.openshift.io/dpa-hub", "condition=Reconciled");
  });

  test("cannot reach anything beyond their own network", async () => {
    const routes = await run("ip", ["-n", hubNames(folder).hub("primary"), "route"]);
    expect(routes.stdout).not.toContain("default");
  });

  test("are not started twice: a second start finds them", async () => {
    const before = await readState(folder);
    const again = await startHubs({ ...(await environmentOptions(process.env)), folder });
    expect(again.hubs.map((hub) => hub.url)).toEqual([primary.url, secondary.url]);
    expect(await readState(folder)).toEqual(before);
    expect((await openHubs(folder))?.hub("secondary").url).toBe(secondary.url);
  });
});

describe("a hub that is disturbed", () => {
  test("loses its API server, gets it back with its data, and Velero carries on", async () => {
    await secondary.kill("kube-apiserver");
    // A connection that was kept alive is reset, a new one refused.
    await expect(secondary.get("/version")).rejects.toThrow(/ECONNREFUSED|ECONNRESET/);
    expect(await secondary.programs()).toMatchObject({ "kube-apiserver": false, velero: true });
    await secondary.start("kube-apiserver");
    await createFleet(secondary, 13);
    await backUpFleet(secondary, "after-restart");
  }, 300_000);

  test("says that its storage is unavailable while the S3 server is down, and recovers", async () => {
    await hubs.storage.kill("versitygw");
    await waitFor(primary, location, "jsonpath={.status.phase}=Unavailable");
    await hubs.storage.start("versitygw");
    await waitFor(primary, location, "jsonpath={.status.phase}=Available");
  }, 300_000);

  test("runs no backup without Velero, and runs it when Velero is back", async () => {
    await primary.kill("velero");
    const backup = backUpFleet(primary, "while-down");
    await waitFor(primary, "backups.velero.io/while-down", "create");
    const phase = ["get", "-n", backupNamespace, "backups.velero.io/while-down", "-o", "jsonpath={.status.phase}"];
    expect(await primary.kubectl(phase)).toBe("");
    await primary.start("velero");
    await backup;
    expect(await primary.kubectl(phase)).toBe("Completed");
  }, 300_000);
});
