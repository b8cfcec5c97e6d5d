import { createHash } from "node:crypto";
import type { SchemaValidator, SchemaViolation } from "../schema/validator.ts";
import { readLimited } from "./read-limited.ts";

export interface LoadJsonOptions {
  readonly maxBytes: number;
  /** Key of the schema version, `"2.0"` form: `version`, `schemaVersion`. */
  readonly versionKey: string;
  /** Highest major version that this program understands. */
  readonly major: number;
  readonly validate: SchemaValidator;
  /** What the file's hash must be, where an earlier step told it. Lower-case hex. */
  readonly sha256?: string;
}

export type LoadedJson<T> =
  | { readonly state: "absent" }
  | { readonly state: "loaded"; readonly value: T; readonly sha256: string }
  /** Not readable as what it should be; `reason` is a sentence part: `is not JSON: …`. */
  | { readonly state: "corrupt"; readonly reason: string }
  /** Written by a later major version, whose meaning is not known here. */
  | { readonly state: "newer-schema"; readonly version: string }
  | { readonly state: "too-large"; readonly bytes: number; readonly maxBytes: number };

const violationsShown = 3;

function describe({ instancePath, message, keyword }: SchemaViolation): string {
  return `${instancePath === "" ? "the document" : instancePath} ${message ?? `breaks the rule ${keyword}`}`;
}

function parse(bytes: Buffer): { readonly document: unknown } | { readonly reason: string } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { document: JSON.parse(text) as unknown };
  } catch (error) {
    return { reason: `is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function newerVersion(document: unknown, { versionKey, major }: LoadJsonOptions): string | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const version = (document as Readonly<Record<string, unknown>>)[versionKey];
  if (typeof version !== "string" || !/^\d{1,9}(\.\d{1,9}){0,2}$/.test(version)) return undefined;
  return Number.parseInt(version, 10) > major ? version : undefined;
}

function check(document: unknown, validate: SchemaValidator): string | undefined {
  try {
    const violations = validate(document);
    if (violations.length === 0) return undefined;
    const more = violations.length > violationsShown ? ` and ${violations.length - violationsShown} more` : "";
    return `does not match its schema: ${violations.slice(0, violationsShown).map(describe).join("; ")}${more}`;
  } catch (error) {
    // A document nested deeper than the validator's recursion reaches.
    return `cannot be checked: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/**
 * Reads a durable JSON file with the trust of a request body: limited, decoded strictly, validated. A file that is
 * there but cannot be used is never mistaken for an absent one.
 *
 * @throws FairleadError STATE-02, STATE-04 when the volume refuses to be read
 */
export async function loadJsonFile<T>(path: string, options: LoadJsonOptions): Promise<LoadedJson<T>> {
  const content = await readLimited(path, options.maxBytes);
  if (content.state === "absent") return { state: "absent" };
  if (content.state === "not-a-file") return { state: "corrupt", reason: "is not a regular file" };
  if (content.state === "too-large") return { state: "too-large", bytes: content.bytes, maxBytes: options.maxBytes };
  const sha256 = createHash("sha256").update(content.bytes).digest("hex");
  if (options.sha256 !== undefined && options.sha256 !== sha256) {
    return { state: "corrupt", reason: `has sha256 ${sha256}, expected ${options.sha256}` };
  }
  const parsed = parse(content.bytes);
  if ("reason" in parsed) return { state: "corrupt", reason: parsed.reason };
  const version = newerVersion(parsed.document, options);
  if (version !== undefined) return { state: "newer-schema", version };
  const reason = check(parsed.document, options.validate);
  if (reason !== undefined) return { state: "corrupt", reason };
  // The caller's schema describes T: the validator has just held the document to it.
  return { state: "loaded", value: parsed.document as T, sha256 };
}
