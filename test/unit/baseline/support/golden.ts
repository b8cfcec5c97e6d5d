import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect } from "@jest/globals";
import { stringify } from "yaml";
import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";

const folder = join(import.meta.dirname, "../../../fixtures/baseline/golden");
const isUpdate = process.env["UPDATE_GOLDEN"] === "true";

/**
 * Compares an object with what an asset is committed to render in a case. With UPDATE_GOLDEN=true it is written instead:
 * look at the difference before it is committed.
 */
export function expectGolden(asset: string, given: string, object: ManagedObject): void {
  const path = join(folder, asset, `${given}.yaml`);
  const text = stringify(object, { lineWidth: 0 });
  if (isUpdate) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  expect(text).toBe(readFileSync(path, "utf8"));
}
