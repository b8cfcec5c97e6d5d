import { copyFile, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type HealthyPair, healthyPair } from "../../support/hubs.ts";
import { switchover } from "./support/program.ts";
import { type Ended, patientTuning } from "./support/switchover-bench.ts";

const minute = 60_000;
const hubNames = ["primary", "secondary"] as const;

/** Every form in which a secret could be told, whole or cut short. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // Within longer encoded text a secret starts at any of three places of its base64.
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    return text.slice(Math.ceil((before * 8) / 6), -2);
  });
  return [secret.slice(0, 16), secret.slice(-16), bytes.toString("hex"), encodeURIComponent(secret), ...shifted];
}

interface Left {
  readonly where: string;
  readonly text: string;
}

async function filesBelow(folder: string): Promise<readonly Left[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(paths.map(async (path) => ({ where: path, text: await readFile(path, "latin1") })));
}

// The whole life of one operation, told as loudly as possible: nothing of it may hold what only the hubs may know.
describe("what a switchover leaves behind", () => {
  let pair: HealthyPair;
  let secrets: ReadonlyMap<string, readonly string[]>;
  const ends: Record<string, Ended> = {};
  let left: readonly Left[];

  beforeAll(async () => {
    pair = await healthyPair({ clusters: 2 });
    secrets = await plantedSecrets();
    for (const name of ["state", "output", "results", "kubeconfigs/primary", "kubeconfigs/secondary"]) {
      await mkdir(join(pair.folder, name), { recursive: true });
    }
    ends["preflight"] = await preflight();
    ends["planned"] = await run({ "dry-run": "true" });
    ends["refused"] = await run({ "secondary-context": "absent" });
    pair.simulators.secondary.inject({ kind: "cluster-never-connects", cluster: "c1" });
    ends["failed"] = await run({ tuning: JSON.stringify({ ...patientTuning, clusterWait: 4 }) });
    pair.simulators.secondary.clear();
    ends["completed"] = await run({});
    left = [...(await leftOnDisk()), ...(await leftOnHubs()), ...printed()];
  }, 6 * minute);

  afterAll(() => pair?.stop());

  /** The tokens that the runs log in with, and those that lie in Secrets of the hubs. */
  async function plantedSecrets(): Promise<ReadonlyMap<string, readonly string[]>> {
    const planted = new Map(hubNames.map((hub) => [`token of the ${hub} kubeconfig`, formsOf(pair[hub].token())]));
    const of = ["-n", "c1", "get", "secret", "auto-import-account", "-o", "jsonpath={.data.token}"];
    const token = await pair.primary.kubectl(of);
    return planted.set("import token of c1", formsOf(Buffer.from(token, "base64").toString()));
  }

  function base(): Readonly<Record<string, string>> {
    return { tuning: JSON.stringify(patientTuning), "log-level": "debug", "log-format": "json" };
  }

  async function started(command: string, flags: Readonly<Record<string, string>>, more: readonly string[] = []) {
    const args = Object.entries({ ...base(), ...flags }).flatMap(([name, value]) => [`--${name}`, value]);
    return await switchover([command, ...args, ...more], { HOME: pair.folder });
  }

  function run(flags: Readonly<Record<string, string>>): Promise<Ended> {
    return started("run", {
      "primary-kubeconfig": pair.primary.kubeconfig(),
      "secondary-kubeconfig": pair.secondary.kubeconfig(),
      "state-folder": join(pair.folder, "state"),
      ...flags,
    });
  }

  /** As a Task: with workspaces and results. */
  async function preflight(): Promise<Ended> {
    const workspaces = [`output=${join(pair.folder, "output")}`];
    for (const hub of hubNames) {
      const folder = join(pair.folder, "kubeconfigs", hub);
      await copyFile(pair[hub].kubeconfig(), join(folder, "kubeconfig"));
      workspaces.push(`${hub}-kubeconfig=${folder}`);
    }
    const flags = { "results-dir": join(pair.folder, "results"), output: "json" };
    return await started(
      "preflight",
      flags,
      workspaces.flatMap((workspace) => ["--workspace", workspace]),
    );
  }

  async function leftOnDisk(): Promise<readonly Left[]> {
    const folders = ["state", "output", "results"].map((name) => join(pair.folder, name));
    return (await Promise.all(folders.map(filesBelow))).flat();
  }

  /** Objects that the run wrote or copied, and what it told about them. */
  async function leftOnHubs(): Promise<readonly Left[]> {
    const kinds = ["events", "leases", "backupschedules", "restores.cluster.open-cluster-management.io"];
    const of = ["get", [...kinds, "managedclusters", "configmaps"].join(","), "-A", "-o", "json"];
    return await Promise.all(hubNames.map(async (hub) => ({ where: `on ${hub}`, text: await pair[hub].kubectl(of) })));
  }

  function printed(): readonly Left[] {
    return Object.entries(ends).flatMap(([name, { stdout, stderr }]) => [
      { where: `${name}: stdout`, text: stdout },
      { where: `${name}: stderr`, text: stderr },
    ]);
  }

  test("comes from runs that ended as they should: passed, planned, refused, failed in the middle, completed", () => {
    const codes = Object.fromEntries(Object.entries(ends).map(([name, { exitCode }]) => [name, exitCode]));
    expect(codes).toEqual({ preflight: 0, planned: 0, refused: 2, failed: 5, completed: 0 });
  });

  test("is a log in full detail, a state with its backup and journal, reports, results and objects", () => {
    const named = (part: string): number =>
      left.filter(({ where, text }) => where.includes(part) && text !== "").length;
    for (const part of [".json", ".bak", ".journal.jsonl", "report.html", "report.md", "preflight.json", "/results/"]) {
      expect({ part, files: named(part) > 0 }).toEqual({ part, files: true });
    }
    expect(left.find(({ where }) => where === "failed: stderr")?.text).toContain('"level":"debug"');
    expect(left.find(({ where }) => where === "on secondary")?.text).toContain("BackupSchedule");
  });

  test("holds no token of a kubeconfig and no data of a Secret, in whatever form", () => {
    const found = left.flatMap(({ where, text }) =>
      [...secrets].filter(([, forms]) => forms.some((form) => text.includes(form))).map(([what]) => `${what} ${where}`),
    );
    expect(found).toEqual([]);
  });

  test("would be found out: each form of a secret is seen where it is", async () => {
    const token = pair.primary.token();
    const forms = secrets.get("token of the primary kubeconfig") ?? [];
    const told = [
      await readFile(pair.primary.kubeconfig(), "utf8"),
      Buffer.from(`{"token":"${token}"}`).toString("base64"),
      Buffer.from(`{"to":"${token}"}`).toString("base64"),
      Buffer.from(`{"tok":"${token}"}`).toString("base64"),
      `${token.slice(0, 20)}…`,
      Buffer.from(token).toString("hex"),
    ];
    expect(told.map((text) => forms.some((form) => text.includes(form)))).toEqual(told.map(() => true));
  });
});
