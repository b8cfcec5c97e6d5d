import { createHash } from "node:crypto";
import { canonicalJson } from "../schema/canonical-json.ts";

/**
 * One line of an audit trail. `hash` covers everything before it, `previous` chains the lines, `signature` (Ed25519 over
 * the hash) says that the holder of the key wrote it.
 */
export interface AuditRecord extends AuditEntry {
  readonly schemaVersion: "1.0";
  /** From 1, without gaps. */
  readonly sequence: number;
  /** ISO-8601 UTC. */
  readonly time: string;
  /** `hash` of the line before; 64 zeros in the first. */
  readonly previous: string;
  /** First 16 hex digits of the SHA-256 of the public key (SPKI, DER); empty without a key. */
  readonly keyId: string;
  readonly hash: string;
  /** Base64; empty without a key. */
  readonly signature: string;
}

export interface AuditEntry {
  /**
   * `intended` is on disk before the request is sent; after it `written` or `refused`, as the server answered, or `unclear`
   * where its answer was lost. `opened` begins a run.
   * `torn` says that the line before was cut by a kill, and what is left of it.
   */
  readonly event: "opened" | "intended" | "written" | "refused" | "unclear" | "torn";
  readonly who: AuditActor;
  /** Of the `intended` that this answers. */
  readonly answers?: number;
  readonly operation: string;
  readonly operationId: string;
  readonly phase?: string;
  readonly step?: string;
  readonly write?: AuditedWrite;
  /** Why a write was refused, or what is unclear. */
  readonly reason?: string;
  /** Length and SHA-256 of what a kill left of a line. */
  readonly torn?: { readonly bytes: number; readonly sha256: string };
}

export interface AuditActor {
  readonly run: string;
  readonly runUid: string;
  readonly taskRun: string;
  readonly program: string;
  /** As what the hub knows the writer, where its credential says so: `system:serviceaccount:ns:name`. */
  readonly account?: string;
}

export interface AuditedWrite {
  readonly hub: string;
  readonly server: string;
  readonly verb: "create" | "patch" | "apply" | "update" | "delete";
  readonly group: string;
  readonly version: string;
  /** `statefulsets/scale` form for a subresource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name: string;
  /** SHA-256 of the body that was sent, as JSON. */
  readonly bodySha256: string;
  readonly uid?: string;
  /** `conditional`: the server had to find this version; otherwise this run has seen it last, and it may have moved on. */
  readonly before?: { readonly resourceVersion: string; readonly conditional: boolean };
  readonly after?: { readonly resourceVersion: string };
}

export const firstPrevious = "0".repeat(64);

export function sha256(text: string | Buffer): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What `hash` has to be. Pure. */
export function hashOf(record: Omit<AuditRecord, "hash" | "signature">): string {
  const { hash: _hash, signature: _signature, ...covered } = record as AuditRecord;
  return sha256(canonicalJson(covered));
}
