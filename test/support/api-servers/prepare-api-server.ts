import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiServerFiles } from "./arguments.ts";
import { auditPolicy } from "./audit-log.ts";
import { createAuthority, issueCertificate, type KeyPair } from "./certificates.ts";
import { type Credential, kubeconfig } from "./kubeconfig.ts";
import { certificateUser, kubeconfigFile } from "./test-api-server.ts";
import { type TestUser, tokenFile } from "./users.ts";

export interface Preparation {
  readonly name: string;
  readonly folder: string;
  readonly url: string;
  /** IP addresses that the server's certificate is valid for, besides 127.0.0.1. */
  readonly addresses?: readonly string[];
  readonly users: ReadonlyMap<string, TestUser>;
}

/** Fills a server's folder: an authority of its own, certificates, tokens, keys, audit policy, kubeconfigs. Returns the authority. */
export async function prepareApiServer(wanted: Preparation): Promise<KeyPair> {
  const { name, folder, users } = wanted;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await createAuthority(folder, `fairlead-test-${name}`);
  await issueCertificate(
    folder,
    "server",
    {
      commonName: "kube-apiserver",
      alternativeNames: [
        ...["127.0.0.1", ...(wanted.addresses ?? [])].map((address) => `IP:${address}`),
        "DNS:localhost",
        "DNS:kubernetes.default.svc",
      ],
      use: "serverAuth",
    },
    authority,
  );
  const admin = await issueCertificate(
    folder,
    "admin",
    { commonName: certificateUser, organization: "system:masters", use: "clientAuth" },
    authority,
  );
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = privateKey.export({ type: "sec1", format: "pem" });
  await writeFile(join(folder, apiServerFiles.serviceAccountKey), key, { mode: 0o600 });
  await writeFile(join(folder, apiServerFiles.tokens), tokenFile(users.values()), { mode: 0o600 });
  await writeFile(join(folder, apiServerFiles.auditPolicy), auditPolicy);
  await writeKubeconfigs(wanted, authority, admin);
  return authority;
}

async function writeKubeconfigs(wanted: Preparation, authority: KeyPair, admin: KeyPair): Promise<void> {
  const base = { name: wanted.name, url: wanted.url, authority: await readFile(authority.certFile, "utf8") };
  const write = async (user: string, credential: Credential): Promise<void> => {
    const text = kubeconfig({ ...base, user, credential });
    await writeFile(kubeconfigFile(wanted.folder, user), text, { mode: 0o600 });
  };
  for (const { name, token } of wanted.users.values()) await write(name, { token });
  await write(certificateUser, { "client-certificate": admin.certFile, "client-key": admin.keyFile });
}
