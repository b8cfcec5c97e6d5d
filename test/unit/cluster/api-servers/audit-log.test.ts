import { mkdtemp, rm, writeFile } from "node:fs/promises";
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
    expect(await readAuditLog(join(folder, "none.log"))).toEqual([]);
  });

  test("leaves out the line that is still being written", async () => {
    const file = join(folder, "audit.log");
    await writeFile(file, '{"auditID":"1","verb":"get"}\n{"auditID":"2","verb":"li');
    expect((await readAuditLog(file)).map((event) => event.auditID)).toEqual(["1"]);
  });
});
