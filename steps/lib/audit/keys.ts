import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { exitCode } from "../errors/exit-code.ts";
import { FairleadError } from "../errors/fairlead-error.ts";
import { readTextFile } from "../kube/read-text-file.ts";

const maxKeyBytes = 16 * 1024;

function unusable(path: string, why: string, fix: string, cause?: unknown): FairleadError {
  return new FairleadError(
    { id: "AUDIT-01", what: `the key ${path} cannot be used for an audit trail`, why, fix },
    { exitCode: exitCode.invalidInput, ...(cause === undefined ? {} : { cause }) },
  );
}

async function read(path: string, parse: (pem: string) => KeyObject, fix: string): Promise<KeyObject> {
  let pem: string;
  try {
    pem = await readTextFile(path, maxKeyBytes);
  } catch (error) {
    throw unusable(path, error instanceof Error ? error.message : String(error), fix, error);
  }
  let key: KeyObject;
  try {
    key = parse(pem);
  } catch {
    // OpenSSL's own words help nobody, and an error may quote what it could not read.
    throw unusable(path, "it is no key in PEM", fix);
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw unusable(path, `its type is ${key.asymmetricKeyType ?? "unknown"}, not ed25519`, fix);
  }
  return key;
}

/** The key that signs. @throws FairleadError AUDIT-01 (exit 2) */
export function readSigningKey(path: string): Promise<KeyObject> {
  return read(
    path,
    (pem) => createPrivateKey(pem),
    "make one with: openssl genpkey -algorithm ed25519 -out ed25519.pem",
  );
}

/** The key that proves. @throws FairleadError AUDIT-01 (exit 2) */
export function readPublicKey(path: string): Promise<KeyObject> {
  const fix = "take it from the signing key with: openssl pkey -in ed25519.pem -pubout -out ed25519.pub.pem";
  const parse = (pem: string): KeyObject => {
    if (pem.includes("PRIVATE KEY")) throw new Error("a private key is no business of who verifies");
    return createPublicKey(pem);
  };
  return read(path, parse, fix);
}

/** Which key signed, without saying more of it. */
export function keyIdOf(key: KeyObject): string {
  const shared = key.type === "private" ? createPublicKey(key) : key;
  const der = shared.export({ type: "spki", format: "der" });
  return createHash("sha256").update(der).digest("hex").slice(0, 16);
}
