import { type KeyObject, verify } from "node:crypto";
import { createReadStream } from "node:fs";
import { isFields } from "../schema/is-fields.ts";
import { keyIdOf } from "./keys.ts";
import { type AuditRecord, firstPrevious, hashOf, sha256 } from "./record.ts";

/** Where a trail breaks. */
export interface Break {
  /** Line of the file, from 1. */
  readonly line: number;
  /** That the record claims, or that was due. */
  readonly sequence: number;
  readonly why: string;
}

export interface TrailVerdict {
  /** Records up to the first break. */
  readonly records: number;
  readonly broken: Break | undefined;
  /** Lines cut by a kill that the next run has told of. */
  readonly tornTold: number;
  /** The last line is cut: the run was killed while it wrote, and none has gone on since. */
  readonly tornAtEnd: boolean;
  readonly unsigned: number;
  /** Writes that were begun and whose answer is not known: killed in between, or lost on the way. */
  readonly unanswered: readonly AuditRecord[];
  /** By what became of them. */
  readonly written: number;
  readonly refused: number;
  readonly head: { readonly sequence: number; readonly hash: string };
}

const maxLineBytes = 1024 * 1024;

/** A line as a record, as far as its shape tells. `undefined`: it is none. */
export function parseRecord(text: string): AuditRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isFields(value)) return undefined;
  const { sequence, previous, hash, signature, keyId, event, time } = value;
  const texts = [previous, hash, signature, keyId, event, time].every((field) => typeof field === "string");
  // What the hash covers is checked by the hash; these are what the chain needs.
  return texts && Number.isSafeInteger(sequence) ? (value as unknown as AuditRecord) : undefined;
}

async function* linesOf(path: string): AsyncGenerator<{ readonly bytes: Buffer; readonly whole: boolean }> {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path)) {
    rest = Buffer.concat([rest, chunk as Buffer]); // without an encoding a stream yields buffers
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield { bytes: rest.subarray(0, end), whole: true };
      rest = rest.subarray(end + 1);
    }
    if (rest.length > maxLineBytes) break;
  }
  if (rest.length > 0) yield { bytes: rest, whole: false };
}

class Verification {
  private readonly key: KeyObject | undefined;
  private readonly keyId: string;
  private line = 0;
  private previous = firstPrevious;
  private sequence = 0;
  /** A hash that has not been met yet. */
  private missing: string | undefined;
  private torn: { readonly line: number; readonly text: string } | undefined;
  private readonly open = new Map<number, AuditRecord>();
  broken: Break | undefined;
  private tornTold = 0;
  private tornAtEnd = false;
  private unsigned = 0;
  private written = 0;
  private refused = 0;

  constructor(key: KeyObject | undefined, expectedHash: string | undefined) {
    this.key = key;
    this.missing = expectedHash;
    this.keyId = key === undefined ? "" : keyIdOf(key);
  }

  take(line: number, bytes: Buffer, whole: boolean): void {
    this.line = line;
    const record = parseRecord(bytes.toString("utf8"));
    if (record === undefined) {
      this.takeTorn(line, bytes, whole);
      return;
    }
    if (!this.tells(record)) return;
    const why = this.fault(record, bytes.toString("utf8"));
    if (why !== undefined) {
      this.break(line, record.sequence, why);
      return;
    }
    this.previous = record.hash;
    this.sequence = record.sequence;
    if (record.hash === this.missing) this.missing = undefined;
    if (record.signature === "") this.unsigned += 1;
    this.count(record);
  }

  verdict(): TrailVerdict {
    if (this.torn !== undefined && this.broken === undefined && !this.tornAtEnd) {
      this.break(this.torn.line, this.sequence + 1, "the line is no record, and no later one tells of a kill");
    }
    if (this.missing !== undefined) {
      this.break(this.line + 1, this.sequence + 1, "the expected record does not come: records are missing at the end");
    }
    const { tornTold, tornAtEnd, unsigned, written, refused, broken } = this;
    const head = { sequence: this.sequence, hash: this.previous };
    const unanswered = [...this.open.values()];
    return { records: this.sequence, broken, tornTold, tornAtEnd, unsigned, unanswered, written, refused, head };
  }

  private break(line: number, sequence: number, why: string): void {
    this.broken ??= { line, sequence, why };
  }

  /** Several in a row: a run was killed while it told of the one before. */
  private takeTorn(line: number, bytes: Buffer, whole: boolean): void {
    const text = bytes.toString("utf8");
    this.torn = this.torn === undefined ? { line, text } : { line: this.torn.line, text: `${this.torn.text}\n${text}` };
    this.tornAtEnd = !whole;
  }

  /** Whether what stands between this record and the one before is what this one tells of. */
  private tells(record: AuditRecord): boolean {
    const { torn } = this;
    this.torn = undefined;
    const told = record.event === "torn" ? record.torn : undefined;
    if (torn === undefined && told === undefined) return true;
    const fits =
      torn !== undefined && told?.bytes === Buffer.byteLength(torn.text) && told.sha256 === sha256(torn.text);
    if (fits) this.tornTold += 1;
    else if (torn === undefined) this.break(this.line, record.sequence, "it tells of a cut line that is not there");
    else this.break(torn.line, this.sequence + 1, "the line is no record, and the next record does not tell of a kill");
    return fits;
  }

  private fault(record: AuditRecord, text: string): string | undefined {
    if (record.sequence !== this.sequence + 1) {
      return `its number is ${record.sequence} and ${this.sequence + 1} was due: a record is missing, doubled or moved`;
    }
    if (record.previous !== this.previous)
      return "it does not follow the record before: that one was changed or replaced";
    // What JSON reads the same, such as a key given twice, other readers may not.
    if (JSON.stringify(record) !== text) return "it is not written as a trail writes it";
    if (hashOf(record) !== record.hash) return "its content was changed: the hash does not fit";
    return this.signatureFault(record);
  }

  private signatureFault({ keyId, signature, hash }: AuditRecord): string | undefined {
    if (this.key === undefined) return undefined;
    if (signature === "") return "it is not signed";
    if (keyId !== this.keyId) return `it is signed by the key ${keyId.slice(0, 16)}, not by ${this.keyId}`;
    const bytes = Buffer.from(signature, "base64");
    // Base64 has several texts for the same bytes: only one of them is what was written.
    const good = bytes.toString("base64") === signature && verify(null, Buffer.from(hash, "hex"), this.key, bytes);
    return good ? undefined : "its signature is false";
  }

  private count(record: AuditRecord): void {
    if (record.event === "intended") this.open.set(record.sequence, record);
    if (record.event === "written") this.written += 1;
    if (record.event === "refused") this.refused += 1;
    if (record.event === "written" || record.event === "refused") this.open.delete(record.answers ?? 0);
  }
}

/**
 * Reads a trail from its beginning and says where it breaks first. With a key every record must be signed by it; without
 * one only the chain is checked, which whoever can write the file can also make anew. A trail that lacks records at its end
 * is whole in itself: `expectedHash`, kept elsewhere, must be the hash of one of its records.
 *
 * @throws system errors of the file
 */
export async function verifyTrail(
  path: string,
  key: KeyObject | undefined,
  expectedHash?: string,
): Promise<TrailVerdict> {
  const verification = new Verification(key, expectedHash);
  let line = 0;
  for await (const { bytes, whole } of linesOf(path)) {
    line += 1;
    verification.take(line, bytes, whole);
    if (verification.broken !== undefined) break;
  }
  return verification.verdict();
}
