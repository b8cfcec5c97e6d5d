import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { readAuditLog } from "../../../support/api-servers/audit-log.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "fairlead-audit-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("the audit log", () => {
  test("is empty before the first event", async () => {
    expect(await readAuditLog(join(folder, "none.log"))).toEqual({ events: [], end: 0 });
  });

  test("leaves out the line that is still being written", async () => {
    const file = join(folder, "audit.log");
    await writeFile(file, '{"auditID":"1","verb":"get"}\n{"auditID":"2","verb":"li');
    expect((await readAuditLog(file)).events.map((event) => event.auditID)).toEqual(["1"]);
  });

  test("is read on from the end of what was read, where the line has become whole by then", async () => {
    const file = join(folder, "audit.log");
    await writeFile(file, '{"auditID":"1","user":"é"}\n{"auditID":"2"');
    const { end } = await readAuditLog(file);
    await appendFile(file, "}\n");
    expect(await readAuditLog(file, end)).toEqual({ events: [{ auditID: "2" }], end: end + 16 });
  });
});
