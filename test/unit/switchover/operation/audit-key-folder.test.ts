import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { checkAuditKey, keyPathOf } from "../../../../steps/switchover/operation/operation-audit.ts";

test("W-19 a bound folder that cannot be read is refused, not taken for no key", async () => {
  const gone = join(import.meta.dirname, "no-such-folder");
  await expect(checkAuditKey(keyPathOf(gone))).rejects.toMatchObject({ text: { id: "AUDIT-01" } });
});
