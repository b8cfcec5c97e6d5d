import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Drift, judgeDrift } from "../../../steps/baseline/asset/judge-drift.ts";
import type { ManagedObject } from "../../../steps/baseline/object/managed-object.ts";
import { type ApiServers, startApiServers } from "../../support/api-servers.ts";

type Data = Readonly<Record<string, string>>;

const where = ["-n", "default", "-o", "json", "--show-managed-fields"];
const baseline: Data = { interval: "60", mode: "Automatic" };

let servers: ApiServers;
beforeAll(async () => {
  servers = await startApiServers(["cluster"]);
}, 120_000);
afterAll(() => servers?.stop());

async function object(args: readonly string[], input = ""): Promise<ManagedObject> {
  return JSON.parse(await servers.server("cluster").kubectl(args, input));
}

function apply(data: Data, manager: string, ...flags: readonly string[]): Promise<ManagedObject> {
  const manifest = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" }, data };
  const as = ["apply", "--server-side", "--force-conflicts", `--field-manager=${manager}`, "-f", "-"];
  return object([...as, ...where, ...flags], JSON.stringify(manifest));
}

/** How the live object stands to this data, by the server's own dry run. */
async function drift(data: Data): Promise<Drift> {
  const live = await object(["get", "configmap", "settings", ...where]);
  return judgeDrift(live, await apply(data, "virt-platform-autopilot", "--dry-run=server"));
}

async function edit(data: Data): Promise<void> {
  await object(["patch", "configmap", "settings", "--type=merge", "-p", JSON.stringify({ data }), ...where]);
}

describe("an object that was applied", () => {
  beforeEach(async () => {
    await servers.server("cluster").kubectl(["-n", "default", "delete", "configmap", "settings", "--ignore-not-found"]);
    await apply(baseline, "virt-platform-autopilot");
  });

  test("B-12-02 is in place", async () => {
    expect(await drift(baseline)).toEqual({ state: "in-place" });
  });

  test("B-12-04 has drifted where somebody changed a field", async () => {
    await edit({ interval: "300" });
    expect(await drift(baseline)).toEqual({
      state: "drifted",
      differences: [{ path: "/data/interval", live: "300", desired: "60" }],
    });
  });

  test("B-12-05 is in place with a field of somebody else", async () => {
    await edit({ logLevel: "Debug" });
    expect(await drift(baseline)).toEqual({ state: "in-place" });
  });

  test("B-12-10 has drifted where a field that we alone own is not wanted any more", async () => {
    expect(await drift({ mode: "Automatic" })).toEqual({
      state: "drifted",
      differences: [{ path: "/data/interval", live: "60", desired: null }],
    });
  });

  test("D7 has a field to give up that is not wanted any more and that another manager owns as well", async () => {
    await apply({ interval: "60" }, "bob");
    expect(await drift({ mode: "Automatic" })).toEqual({ state: "ownership-differs" });
    await apply({ mode: "Automatic" }, "virt-platform-autopilot");
    expect(await drift({ mode: "Automatic" })).toEqual({ state: "in-place" });
  });

  test("B28 has lost a field that another writer changed and set back", async () => {
    await edit({ interval: "300" });
    await edit({ interval: "60" });
    expect(await drift(baseline)).toEqual({ state: "ownership-differs" });
  });
});
