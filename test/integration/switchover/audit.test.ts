import { generateKeyPairSync } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { AuditRecord } from "../../../steps/lib/audit/record.ts";
import type { AuditEvent } from "../../support/api-servers.ts";
import { switchover } from "./support/program.ts";
import { auditKeys, recordsOf } from "./support/signals.ts";
import { type Ended, ended, patientTuning, SwitchoverBench, written } from "./support/switchover-bench.ts";

const hubs = ["primary", "secondary"] as const;

/** What a server carried out for the program. Leases guard a run and are renewed beside it: they are no part of a trail. */
function carriedOut(hub: string, events: readonly AuditEvent[]): readonly string[] {
  return events
    .filter(({ userAgent, stage }) => userAgent?.startsWith("fairlead/") === true && stage === "ResponseComplete")
    .filter(({ verb }) => ["create", "update", "patch", "delete"].includes(verb))
    .filter(
      ({ responseStatus, requestURI }) => (responseStatus?.code ?? 500) < 300 && !requestURI.includes("dryRun=All"),
    )
    .flatMap(({ verb, objectRef }) => {
      const { resource = "", subresource, namespace = "", name = "" } = objectRef ?? {};
      if (["", "leases", "selfsubjectaccessreviews"].includes(resource)) return [];
      return [
        `${hub} ${verb} ${subresource === undefined ? resource : `${resource}/${subresource}`} ${namespace}/${name}`,
      ];
    });
}

function inTrail(records: readonly AuditRecord[]): readonly string[] {
  return records
    .filter(({ event }) => event === "written")
    .map(({ write }) => `${write?.hub} ${write?.verb} ${write?.resource} ${write?.namespace ?? ""}/${write?.name}`);
}

describe("the audit trail of a switchover that is killed in the activation and resumed", () => {
  let bench: SwitchoverBench;
  let publicKey: string;
  let trail: string;
  let records: readonly AuditRecord[];
  let events: readonly string[];
  let resumed: Ended;

  const verify = (args: readonly string[]): Promise<Ended> => switchover(["verify-audit", ...args]);

  beforeAll(async () => {
    bench = await SwitchoverBench.open({ clusters: 2, hive: 1 }, patientTuning);
    const keys = await auditKeys(bench.pair.folder);
    publicKey = keys.publicKey;
    const flags = ["--audit-key", keys.file];
    const child = bench.start(flags);
    const killed = ended(child);
    await written(child, '"step":"wait_restore_completion"');
    child.kill("SIGKILL");
    await killed;
    resumed = await bench.run(flags);
    trail = ((await bench.stateFile()) ?? "").replace(/\.json$/, ".audit.jsonl");
    records = await recordsOf(trail);
    const lists = await Promise.all(hubs.map(async (hub) => carriedOut(hub, await bench.pair[hub].auditEvents())));
    events = lists.flat();
  }, 300_000);

  afterAll(() => bench?.close());

  test("W-19 is proved by the public key", async () => {
    const { exitCode, stdout, stderr } = await verify([trail, "--public-key", publicKey]);
    expect({ exitCode, resumed: resumed.exitCode, stderr: stderr.slice(-600) }).toMatchObject({
      exitCode: 0,
      resumed: 0,
    });
    expect(stdout).toMatch(/chain +whole/);
  });

  test("W-19 has every write that the API servers recorded, and no other", () => {
    const unanswered = records.filter(({ event, sequence }) => {
      return event === "intended" && !records.some(({ answers }) => answers === sequence);
    });
    const begun = inTrail(unanswered.map((record) => ({ ...record, event: "written" })));
    const told = inTrail(records);
    // A write that was on its way when the kill came may or may not have arrived.
    expect(events.filter((event) => !told.includes(event) && !begun.includes(event))).toEqual([]);
    expect(told.filter((write) => !events.includes(write))).toEqual([]);
    expect(told.length).toBeGreaterThan(8);
  });

  test("W-19 tells of each write who, where in the operation, and which version became which", () => {
    for (const { event, who, phase, step, write, time } of records) {
      if (event !== "written" || write?.resource === "events") continue;
      expect({ who, phase, step, time }).toEqual({
        who: expect.objectContaining({
          run: expect.stringMatching(/^local-/),
          program: expect.stringMatching(/^fairlead/),
        }),
        phase: expect.stringMatching(/^[a-z_]+$/),
        step: expect.stringMatching(/^[a-z_]+$/),
        time: expect.stringMatching(/Z$/),
      });
      if (write?.verb === "patch") {
        expect(write).toMatchObject({
          uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
          before: { resourceVersion: expect.stringMatching(/^\d+$/) },
          after: { resourceVersion: expect.stringMatching(/^\d+$/) },
        });
      }
    }
  });

  test("W-19 whose head was kept from the log of the run is proved to its end", async () => {
    const head = /audit trail: \d+ records, head ([0-9a-f]{64})/.exec(resumed.stderr)?.[1] ?? "";
    const whole = await verify([trail, "--public-key", publicKey, "--expected-head", head]);
    expect(whole.exitCode).toBe(0);
    const shorter = `${trail}.shorter`;
    await writeFile(shorter, (await readFile(trail, "utf8")).replace(/[^\n]*\n$/, ""));
    const cut = await verify([shorter, "--public-key", publicKey, "--expected-head", head]);
    expect({ exitCode: cut.exitCode, says: /missing at the end/.test(cut.stderr) }).toEqual({
      exitCode: 1,
      says: true,
    });
  });

  test("W-19 with one word changed is refused, and the record is named", async () => {
    const changed = `${trail}.changed`;
    const lines = (await readFile(trail, "utf8")).split("\n");
    const index = lines.findIndex((line) => line.includes('"event":"written"'));
    lines[index] = (lines[index] ?? "").replace('"verb":"patch"', '"verb":"delete"');
    await writeFile(changed, lines.join("\n"));
    const { exitCode, stderr } = await verify([changed, "--public-key", publicKey]);
    expect(exitCode).toBe(1);
    expect(stderr).toContain(`SW-AUDIT-02`);
    expect(stderr).toContain(`(line ${index + 1})`);
  });

  test("W-19 is not signed by a key of another type: the run is refused before it writes", async () => {
    const rsa = join(bench.pair.folder, "rsa.pem");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    await writeFile(rsa, privateKey.export({ type: "pkcs8", format: "pem" }));
    const before = await readFile(trail, "utf8");
    const run = await bench.run(["--audit-key", rsa, "--reset-state", "true", "--force", "true"]);
    expect({ exitCode: run.exitCode, id: /AUDIT-01/.test(run.stderr) }).toEqual({ exitCode: 2, id: true });
    expect(await readFile(trail, "utf8")).toBe(before);
  });
});
