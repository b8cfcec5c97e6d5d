import { createHash } from "node:crypto";
import type { Static } from "typebox";
import type { SchemaValidator } from "../../lib/schema/validator.ts";
import type { lockSchema } from "./lock.schema.ts";

export type CrdLock = Static<typeof lockSchema>;
export type LockedFile = CrdLock["files"][number];

export const lockName = "crds.lock.json";

export type ReadLock =
  | { readonly state: "read"; readonly lock: CrdLock }
  | { readonly state: "invalid"; readonly reason: string };

/** Pure. */
export function sha256Of(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads the lock file. Pure. */
export function readLock(text: string, validate: SchemaValidator): ReadLock {
  const document = parse(text);
  if (document === undefined) return { state: "invalid", reason: `${lockName} is not JSON` };
  const [first] = validate(document);
  if (first === undefined) return { state: "read", lock: document as CrdLock }; // the schema was checked above
  return { state: "invalid", reason: `${lockName}: ${first.instancePath || "/"} ${first.message ?? "is wrong"}` };
}

/** The lock as its file holds it: by file name, so that a change of one file is a change of few lines. Pure. */
export function formatLock(lock: CrdLock): string {
  const files = lock.files.toSorted((one, other) => (one.file < other.file ? -1 : 1));
  return `${JSON.stringify({ ...lock, files }, null, 2)}\n`;
}
