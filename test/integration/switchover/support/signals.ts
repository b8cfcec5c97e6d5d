import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AuditRecord } from "../../../../steps/lib/audit/record.ts";

/** Signs notices; must appear nowhere else. */
export const canaryKey = "canary-signing-key-0123456789abcdef";

/** The folder of a workspace `notifications` that leads to a receiver on this machine. */
export async function notificationsFolder(base: string, url: string, more: object = {}): Promise<string> {
  const folder = join(base, "notifications");
  await mkdir(folder, { recursive: true });
  const targets = [{ name: "ops", type: "webhook", urlFile: "url", signingKeyFile: "key" }];
  const config = { targets, allowPlainHttp: true, allowLoopback: true, ...more };
  await writeFile(join(folder, "notifications.yaml"), JSON.stringify(config));
  await writeFile(join(folder, "url"), `${url}/canary-path`);
  await writeFile(join(folder, "key"), canaryKey);
  return folder;
}

interface AuditKeys {
  /** Of a workspace `audit-key`. */
  readonly folder: string;
  /** The key that signs, in that folder. */
  readonly file: string;
  /** The file that proves what it signed. */
  readonly publicKey: string;
}

export async function auditKeys(base: string): Promise<AuditKeys> {
  const folder = join(base, "audit-key");
  await mkdir(folder, { recursive: true });
  const pair = generateKeyPairSync("ed25519");
  const publicKey = join(base, "ed25519.pub.pem");
  const file = join(folder, "ed25519.pem");
  await writeFile(file, pair.privateKey.export({ type: "pkcs8", format: "pem" }));
  await writeFile(publicKey, pair.publicKey.export({ type: "spki", format: "pem" }));
  return { folder, file, publicKey };
}

/** The records of a trail, without signatures. */
export async function recordsOf(trail: string): Promise<readonly AuditRecord[]> {
  const lines = (await readFile(trail, "utf8")).trimEnd().split("\n");
  return lines.flatMap((line): AuditRecord[] => (line.endsWith("}") ? [JSON.parse(line)] : []));
}
