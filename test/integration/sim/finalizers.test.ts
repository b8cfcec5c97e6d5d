import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { kinds } from "../../sim/kinds.ts";
import { editFinalizers, including, without } from "../../sim/kube/finalizers.ts";
import { SimClient, type SimObject } from "../../sim/kube/sim-client.ts";
import { type ApiServers, startApiServers } from "../../support/api-servers.ts";

const signal = new AbortController().signal;
const kind = kinds.configMaps;
const [own, other] = ["test.example.com/own", "test.example.com/other"];

let servers: ApiServers;
let client: SimClient;
beforeAll(async () => {
  servers = await startApiServers(["hub"]);
  client = await SimClient.open(servers.server("hub").kubeconfig());
});
afterAll(async () => {
  client?.close();
  await servers?.stop();
});

async function made(name: string, finalizers: readonly string[]): Promise<SimObject> {
  const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default", finalizers } };
  return await client.create(kind, body, signal);
}

describe("a finalizer that is taken out by an older copy of its object", () => {
  test("does not bring back what another writer took out meanwhile, though the object is being deleted", async () => {
    const seen = await made("going", [own, other]);
    await client.delete(kind, seen, signal);
    await editFinalizers(client, kind, seen, without(other), signal);
    await editFinalizers(client, kind, seen, without(own), signal);
    expect(await client.find(kind, seen, signal)).toBeUndefined();
  });

  test("is nothing where the object has gone and another of its name is there", async () => {
    const seen = await made("anew", []);
    await client.delete(kind, seen, signal);
    const second = await made("anew", [own]);
    await editFinalizers(
      client,
      kind,
      { ...seen, metadata: { ...seen.metadata, finalizers: [own] } },
      without(own),
      signal,
    );
    expect((await client.find(kind, second, signal))?.metadata.finalizers).toEqual([own]);
    await editFinalizers(client, kind, second, without(own), signal);
  });
});

describe("a finalizer that is put in", () => {
  test("stands beside those that came meanwhile", async () => {
    const seen = await made("shared", []);
    await editFinalizers(client, kind, seen, including(other), signal);
    await editFinalizers(client, kind, seen, including(own), signal);
    expect((await client.find(kind, seen, signal))?.metadata.finalizers).toEqual([other, own]);
  });

  test("is left out where the object is being deleted", async () => {
    const seen = await made("late", [other]);
    await client.delete(kind, seen, signal);
    await editFinalizers(client, kind, seen, including(own), signal);
    expect((await client.find(kind, seen, signal))?.metadata.finalizers).toEqual([other]);
    await editFinalizers(client, kind, seen, without(other), signal);
  });
});
