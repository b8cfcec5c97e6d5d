import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PlanDocument, PlanEntry } from "../../../steps/lib/plan/plan-document.ts";
import { readJournal } from "../../../steps/lib/state/read-journal.ts";
import type { AuditEvent } from "../../support/api-servers.ts";
import { type Ended, patientTuning, SwitchoverBench } from "./support/switchover-bench.ts";

const hubs = ["primary", "secondary"] as const;

/** What guards and tells of a run, and no step of it: Leases and Events. */
const ofTheRunner = new Set(["leases", "events"]);

interface Write {
  readonly hub: string;
  readonly verb: string;
  readonly resource: string;
  readonly name: string;
}

const asText = ({ hub, verb, resource, name }: Write): string => `${hub} ${verb} ${resource} ${name}`;

/** The writes of the program itself that a server carried out; a question with `dryRun=All` is none. */
function carriedOut(hub: string, events: readonly AuditEvent[]): readonly Write[] {
  return events.flatMap(({ verb, objectRef, requestURI, responseStatus, userAgent, stage }) => {
    const { resource = "", subresource, namespace, name = "" } = objectRef ?? {};
    const isWrite = ["create", "update", "patch", "delete"].includes(verb) && !ofTheRunner.has(resource);
    const counts = userAgent?.startsWith("fairlead/") === true && stage === "ResponseComplete" && resource !== "";
    const done = (responseStatus?.code ?? 500) < 300 && !requestURI.includes("dryRun=All");
    if (!isWrite || !counts || !done || resource === "selfsubjectaccessreviews") return [];
    const type = subresource === undefined ? resource : `${resource}/${subresource}`;
    return [{ hub, verb, resource: type, name: namespace === undefined ? name : `${namespace}/${name}` }];
  });
}

function writesOf({ entries }: PlanDocument): readonly PlanEntry[] {
  return entries.filter(({ verb, probe }) => verb !== "wait" && verb !== "later" && probe !== true);
}

function plannedWrite({ hub, verb, resource = "", namespace, name = "" }: PlanEntry): Write {
  const called = verb === "merge-patch" ? "patch" : verb;
  return { hub, verb: called, resource, name: namespace === undefined ? name : `${namespace}/${name}` };
}

describe.each([
  ["patch", []],
  ["restore", ["--activation-method", "restore"]],
] as const)("a plan of a switchover by %s, and the run that follows", (_case, flags) => {
  let bench: SwitchoverBench;
  let dry: Ended;
  let plan: PlanDocument;
  let before: readonly string[];
  let afterDry: readonly string[];
  let real: Ended;
  let written: readonly Write[];

  const events = async (): Promise<readonly (readonly AuditEvent[])[]> =>
    await Promise.all(hubs.map((hub) => bench.pair[hub].auditEvents()));

  const snapshot = async (): Promise<readonly string[]> =>
    (await Promise.all(hubs.map((hub) => bench.pair.seeds[hub].snapshot()))).flat();

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, hive: 1 }, patientTuning);
    before = await snapshot();
    dry = await bench.run([...flags, "--dry-run", "true", "--output", "json"]);
    afterDry = await snapshot();
    // A deletion says in its body that it only asks: the log does not show it. The objects themselves do.
    const asked = await events();
    plan = JSON.parse(dry.stdout);
    real = await bench.run(flags);
    const all = await events();
    written = hubs.flatMap((hub, index) => carriedOut(hub, (all[index] ?? []).slice(asked[index]?.length ?? 0)));
  }, 300_000);

  afterAll(() => bench?.close());

  test("W-17 the dry run exits 0, prints the plan and nothing else, and changes nothing", () => {
    expect({ exitCode: dry.exitCode, afterDry }).toEqual({ exitCode: 0, afterDry: before });
    expect(plan).toMatchObject({ schemaVersion: "1.1", operation: "switchover" });
  });

  test("W-17 the same plan lies beside the state", async () => {
    const path = /(\/[^\s"]+\.plan\.json)/.exec(dry.stderr)?.[1] ?? "";
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(plan);
  });

  test("W-17 each planned write is one that the real run sent, as the API servers recorded it", () => {
    expect({ exitCode: real.exitCode, tail: real.stderr.slice(-1500) }).toMatchObject({ exitCode: 0 });
    const done = written.map(asText);
    const planned = writesOf(plan).map((entry) => asText(plannedWrite(entry)));
    expect(planned.length).toBeGreaterThan(5);
    expect(planned.filter((write) => !done.includes(write))).toEqual([]);
  });

  test("W-17 whatever else the real run wrote was written by a step that the plan names as left for later", async () => {
    const planned = writesOf(plan).map((entry) => asText(plannedWrite(entry)));
    const unplanned = written.filter((write) => !planned.includes(asText(write)));
    const later = new Set(plan.entries.filter(({ verb }) => verb === "later").map(({ step }) => step));
    const { lines } = await readJournal(((await bench.stateFile()) ?? "").replace(/\.json$/, ".journal.jsonl"));
    const intents = lines.filter(({ event, step }) => event === "intent" && later.has(String(step)));
    const unexplained = unplanned.filter(({ name }) => {
      const bare = name.slice(name.indexOf("/") + 1);
      return !intents.some(({ what }) => String(what).includes(bare));
    });
    expect(unexplained.map(asText)).toEqual([]);
  });

  test("W-17 each write is told with its effect, and each patch says what was there", () => {
    for (const entry of writesOf(plan)) {
      expect({ entry, tells: "after" in entry && "before" in entry }).toEqual({ entry, tells: true });
      if (entry.verb === "merge-patch") expect(entry.after).not.toEqual(entry.before);
    }
  });

  test("W-17 the API server was asked about the writes and accepted them, as far as they do not depend on others", () => {
    for (const { server } of writesOf(plan)) expect(server ?? "accepted").toMatch(/^(accepted|not asked: )/);
  });
});
