import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { SetupError } from "../../cluster/programs/setup-error.ts";

const run = promisify(execFile);

/** Paths of a PEM certificate and its key. */
export interface KeyPair {
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateSubject {
  readonly commonName: string;
  /** Groups of a Kubernetes client. */
  readonly organization?: string;
  /** `IP:127.0.0.1`, `DNS:localhost`. */
  readonly alternativeNames?: readonly string[];
  readonly use: "serverAuth" | "clientAuth";
}

/** Creates a certificate authority of its own in `folder`: `ca.crt`, `ca.key`. */
export async function createAuthority(folder: string, commonName: string): Promise<KeyPair> {
  const pair = { certFile: join(folder, "ca.crt"), keyFile: join(folder, "ca.key") };
  await request(folder, [
    ...newKey(pair),
    ...subject({ commonName }),
    "-addext",
    "basicConstraints=critical,CA:TRUE",
    "-addext",
    "keyUsage=critical,keyCertSign,cRLSign,digitalSignature",
  ]);
  return pair;
}

/** Issues `<name>.crt` and `<name>.key` in `folder`, signed by the authority. */
export async function issueCertificate(
  folder: string,
  name: string,
  wanted: CertificateSubject,
  authority: KeyPair,
): Promise<KeyPair> {
  const pair = { certFile: join(folder, `${name}.crt`), keyFile: join(folder, `${name}.key`) };
  const names = wanted.alternativeNames ?? [];
  await request(folder, [
    ...["-CA", authority.certFile, "-CAkey", authority.keyFile],
    ...newKey(pair),
    ...subject(wanted),
    ...["-addext", "basicConstraints=critical,CA:FALSE", "-addext", `extendedKeyUsage=${wanted.use}`],
    ...(names.length === 0 ? [] : ["-addext", `subjectAltName=${names.join(",")}`]),
  ]);
  return pair;
}

function newKey(pair: KeyPair): readonly string[] {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
  return [...key, "-days", "3650", "-out", pair.certFile, "-keyout", pair.keyFile];
}

function subject(of: Pick<CertificateSubject, "commonName" | "organization">): readonly string[] {
  return ["-subj", `${of.organization === undefined ? "" : `/O=${of.organization}`}/CN=${of.commonName}`];
}

/** Node can create keys but not sign certificates; `openssl req -x509 -CA` (OpenSSL 3) does it in one call. */
async function request(folder: string, args: readonly string[]): Promise<void> {
  // A configuration of our own: the machine's openssl.cnf may add extensions that contradict ours.
  const config = join(folder, "openssl.cnf");
  await writeFile(config, "[req]\ndistinguished_name = name\n[name]\n");
  try {
    await run("openssl", ["req", "-x509", "-config", config, ...args]);
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT"; // execFile rejects with a system or exit error
    throw new SetupError(
      {
        id: "API-01",
        what: "the certificates of a test API server could not be made",
        why: missing ? "openssl is not on PATH" : `openssl said: ${(cause as { stderr?: string }).stderr ?? ""}`,
        fix: "install OpenSSL 3 or newer (Debian: apt-get install openssl)",
      },
      cause,
    );
  }
}
