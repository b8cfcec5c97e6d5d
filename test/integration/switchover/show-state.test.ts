import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { switchover } from "./support/program.ts";
import { refusalOf } from "./support/refusal.ts";

// The program as its own process, on state files alone: this step asks no hub.

const hour = 3_600_000;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "show-state-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

function stateOf(id: string, change: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  const hub = (name: string) => ({ id: `${name}-hub-id`, api: `https://${name}:6443`, acmVersion: "2.14.1" });
  const at = new Date(Date.now() - 3 * hour - 60_000).toISOString();
  return {
    version: "2.0",
    tool_version: "0.0.9",
    created_at: at,
    last_updated: at,
    current_phase: "completed",
    completed_steps: [
      { name: "pause_backup_schedule", timestamp: at, phase: "primary_preparation" },
      { name: "handle_old_hub", timestamp: at, phase: "finalization" },
    ],
    errors: [{ error: "c1 did not connect: no lease", phase: "activation", timestamp: at, code: "SW-POST-01" }],
    contexts: { primary: "", secondary: "" },
    config: {
      cluster_baseline: [{ name: "c1" }, { name: "c2" }],
      activation: { restoreName: "restore-acm-passive-sync", appliedAt: 1 },
      archived_restores: [
        {
          name: "restore-acm-passive-sync",
          namespace: "open-cluster-management-backup",
          uid: "uid-1",
          creation_timestamp: "2026-01-01T00:00:00Z",
          archived_at: at,
          phase: "Finished",
          last_message: `${"m".repeat(60)}cut off`,
          spec: { veleroManagedClustersBackupName: "latest" },
          velero_managed_clusters_restore_name: "r-clusters",
          velero_resources_restore_name: "r-resources",
        },
      ],
    },
    operation_id: id,
    operation: "switchover",
    hubs: { primary: hub("east"), secondary: hub("west") },
    parameters: { method: "passive", activationMethod: "patch", oldHubAction: "secondary" },
    history: [],
    ...change,
  };
}

async function given(name: string, content: unknown, ageHours = 0): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  const at = new Date(Date.now() - ageHours * hour);
  await utimes(path, at, at);
}

function showState(...args: readonly string[]) {
  return switchover(["show-state", ...args], { ACM_SWITCHOVER_STATE_DIR: folder });
}

describe("show-state", () => {
  test("A-81 / K-24 of a completed operation prints nothing but the JSON document", async () => {
    const state = stateOf("op-1");
    await given("op-1.json", state);
    const { exitCode, stdout } = await showState("--output", "json");
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(state);
  });

  test("A-81 for people lists phase, steps, what is remembered and errors, in this order", async () => {
    await given("op-1.json", stateOf("op-1"));
    const { exitCode, stdout } = await showState();
    expect(exitCode).toBe(0);
    const order = [
      "Operation op-1 (op-1.json)",
      "written by      0.0.9, shown by ",
      "(3h ago)",
      "old hub         east-hub-id at https://east:6443, ACM 2.14.1",
      "Current phase\n  completed: ",
      "1. pause_backup_schedule (primary_preparation)",
      "2. handle_old_hub (finalization)",
      "cluster_baseline: [2 items]",
      "activation: { restoreName: restore-acm-passive-sync, appliedAt: 1 }",
      "archived_restores:\n    open-cluster-management-backup/restore-acm-passive-sync, Finished",
      "created   2026-01-01T00:00:00Z",
      "backups   managed clusters latest, credentials unknown, resources unknown",
      "restores  r-clusters, r-resources",
      `message   ${"m".repeat(60)}\n`,
      "Errors\n",
      "SW-POST-01: c1 did not connect: no lease",
    ];
    const places = order.map((text) => stdout.indexOf(text));
    expect(order.filter((_text, index) => (places[index] ?? -1) < 0)).toEqual([]);
    expect(places).toEqual([...places].sort((one, other) => one - other));
  });

  test("shows the state written last, and no plan, copy or lock beside it; a named one wins", async () => {
    await given("older.json", stateOf("older"), 2);
    await given("newer.json", stateOf("newer"), 1);
    await given("newer.plan.json", {});
    await given("newer.json.lock", {});
    await given("newer.json.corrupt.20260101T000000Z", "{");
    expect(JSON.parse((await showState("--output", "json")).stdout)).toMatchObject({ operation_id: "newer" });
    const named = await showState("--output", "json", "--operation-id", "older");
    expect(JSON.parse(named.stdout)).toMatchObject({ operation_id: "older" });
  });

  test("lists every operation, an unusable file with its reason", async () => {
    await given("op-1.json", stateOf("op-1"), 2);
    await given("op-2.json", "{", 1);
    const { exitCode, stdout } = await showState("--list", "true");
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^FILE +FROM +TO +PHASE +UPDATED$/m);
    expect(stdout).toMatch(/^op-1\.json +east-hub-id +west-hub-id +completed +\d{4}-/m);
    expect(stdout).toMatch(/^op-2\.json +it is not JSON: /m);
    expect(stdout.indexOf("op-2.json")).toBeLessThan(stdout.indexOf("op-1.json"));
  });

  test("never shows a token or moves the cursor", async () => {
    const token = `eyJ${"a".repeat(20)}.${"b".repeat(20)}.c`;
    const error = { error: `denied for Bearer ${token}\u001b[2J`, phase: "activation", timestamp: "t" };
    await given("op-1.json", stateOf("op-1", { errors: [error] }));
    const [text, json] = await Promise.all([showState(), showState("--output", "json")]);
    expect(`${text.stdout}${json.stdout}`).not.toContain("eyJ");
    expect(`${text.stdout}${json.stdout}`).not.toContain("\u001b");
    expect(JSON.parse(json.stdout)).toMatchObject({ current_phase: "completed" });
  });

  test("looks into the state workspace where one is bound", async () => {
    await mkdir(join(folder, "bound"));
    await given("outside.json", stateOf("outside"));
    await given("bound/inside.json", stateOf("inside"), 1);
    const { stdout } = await showState("--output", "json", "--workspace", `state=${join(folder, "bound")}`);
    expect(JSON.parse(stdout)).toMatchObject({ operation_id: "inside" });
  });

  test("without any state says where it looked", async () => {
    await mkdir(join(folder, "not-a-state.json.d"));
    expect(refusalOf(await showState())).toMatchObject({
      code: 1,
      id: "SW-SHOW-01",
      what: `no operation has a state file in ${folder}`,
    });
  });

  test("of a folder that is none says so", async () => {
    await given("file", "");
    const ended = await switchover(["show-state"], { ACM_SWITCHOVER_STATE_DIR: join(folder, "file") });
    expect(refusalOf(ended)).toMatchObject({
      code: 1,
      id: "SW-SHOW-02",
      what: `the state folder ${join(folder, "file")} cannot be read`,
    });
  });

  const unusable = [
    ["that is not there", undefined, "it does not exist"],
    ["that is half written", "{", "it is not JSON: "],
    ["of a later version", JSON.stringify(stateOf("op-1", { version: "3.0" })), "it has schema version 3.0"],
  ] as const;

  test.each(unusable)("of a file %s says why and leaves the folder as it was", async (_what, content, why) => {
    if (content !== undefined) await given("op-1.json", content);
    const before = await readdir(folder);
    const refusal = refusalOf(await showState("--operation-id", "op-1"));
    expect(refusal).toMatchObject({ code: 1, id: "SW-SHOW-03" });
    expect(refusal.what).toContain(join(folder, "op-1.json"));
    expect(refusal.why).toContain(why);
    expect(await readdir(folder)).toEqual(before);
    if (content !== undefined) expect(await readFile(join(folder, "op-1.json"), "utf8")).toBe(content);
  });
});
