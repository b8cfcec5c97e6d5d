import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { crdFolders, findCrdFiles } from "../../cluster/hub/crd-files.ts";
import { type KindName, kindNames, kinds } from "../../sim/kinds.ts";
import { SimClient, type SimKind, type SimObject } from "../../sim/kube/sim-client.ts";
import { startApiServers } from "../../support/api-servers.ts";
import { platformKinds } from "../../support/hubs/hub-seed.ts";
import { type HealthyPair, healthyPair, installCrds } from "../../support/hubs.ts";
import { differences, handWrittenCrds, realCrds } from "./support/compare-crds.ts";

const signal = new AbortController().signal;
const strict = "?fieldValidation=Strict";
const restore = "restore-acm-passive-sync";

/** What the API server itself makes, or what lies there already. */
const apart: readonly KindName[] = ["namespaces", "configMaps", "admissionPolicies", "admissionBindings", "webhooks"];
const compared: readonly SimKind[] = [
  ...kindNames.filter((name) => !apart.includes(name)).map((name) => kinds[name]),
  ...Object.values(platformKinds),
];

interface Made {
  readonly kind: SimKind;
  readonly object: SimObject;
}

let pair: HealthyPair;
let made: readonly Made[];
beforeAll(async () => {
  pair = await healthyPair({ version: "2.16.1", hive: 1 });
  const { primary, secondary } = pair.seeds;
  const [schedule] = await primary.list("backupSchedules");
  const [passive] = await secondary.list("restores");
  if (schedule === undefined || passive === undefined) throw new Error("a healthy pair has a schedule and a Restore");
  await primary.patch("backupSchedules", schedule, { spec: { paused: true } });
  await primary.untilPhase("backupSchedules", schedule.metadata.name, "Paused");
  await secondary.patch("restores", passive, { spec: { veleroManagedClustersBackupName: "latest" } });
  await secondary.untilPhase("restores", restore, "Finished");
  made = [...(await objectsOf(pair.primary.kubeconfig())), ...(await objectsOf(pair.secondary.kubeconfig()))];
});
afterAll(() => pair?.stop());

async function objectsOf(kubeconfig: string): Promise<readonly Made[]> {
  const client = await SimClient.open(kubeconfig);
  const lists = await Promise.all(
    compared.map(async (kind) => (await client.list(kind, signal)).items.map((object) => ({ kind, object }))),
  );
  client.close();
  return lists.flat();
}

/** As a client would send it to a server that knows none of it. */
function fresh({ kind, object }: Made): SimObject {
  const { group, version, kind: name } = kind;
  const { name: objectName, namespace, labels, annotations } = object.metadata;
  const { metadata: _, status: __, ...rest } = object;
  return {
    ...rest,
    apiVersion: group === "" ? version : `${group}/${version}`,
    kind: name,
    metadata: {
      name: objectName,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  };
}

/** Writes the object and then its status where unknown fields are errors; answers what the server has against it. */
async function problemOf(client: SimClient, one: Made): Promise<string | undefined> {
  try {
    const created = await client.create(one.kind, fresh(one), signal, strict);
    if (one.object.status !== undefined) await client.patchStatus(one.kind, created, one.object.status, signal, strict);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

async function problemsWith(folders: readonly string[]): Promise<readonly string[]> {
  const servers = await startApiServers(["strict"]);
  try {
    const server = servers.server("strict");
    await installCrds(server, await findCrdFiles(await crdFolders(folders)));
    const client = await SimClient.open(server.kubeconfig());
    const namespaces = new Set(made.map(({ object }) => object.metadata.namespace ?? "default"));
    for (const name of namespaces) {
      if (name === "default") continue;
      const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
      await client.create(kinds.namespaces, body, signal);
    }
    const unique = new Map(made.map((one) => [keyOf(one), one]));
    const problems: string[] = [];
    for (const one of unique.values()) problems.push((await problemOf(client, one)) ?? "");
    client.close();
    return problems.filter((problem) => problem !== "");
  } finally {
    await servers.stop();
  }
}

function keyOf({ kind, object }: Made): string {
  return `${kind.group}/${kind.kind}/${object.metadata.namespace}/${object.metadata.name}`;
}

describe("what seeds and players write", () => {
  test("has nothing that the CRDs of a hub do not know", async () => {
    expect(new Set(made.map(({ kind }) => kind.kind)).size).toBeGreaterThan(12);
    expect(await problemsWith([])).toEqual([]);
  });
});

const folder = process.env["CRDS_DIR"] ?? "";

if (folder !== "") {
  describe("against real CustomResourceDefinitions", () => {
    test("what is written by hand beside the simulator says nothing else", async () => {
      const own = await handWrittenCrds();
      const real = await realCrds(folder);
      expect(own.length).toBeGreaterThan(10);
      expect(own.filter(({ name }) => !real.has(name)).map(({ name }) => name)).toEqual([]);
      expect(own.flatMap((crd) => differences(crd, real.get(crd.name) ?? []))).toEqual([]);
    });

    test("what seeds and players write has nothing that they do not know", async () => {
      expect(await problemsWith([folder])).toEqual([]);
    });
  });
}
