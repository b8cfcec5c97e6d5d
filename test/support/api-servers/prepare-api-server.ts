import { generateKeyPairSync } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { apiServerFiles } from "./arguments.ts";
import { auditPolicy } from "./audit-log.ts";
import { createAuthority, issueCertificate } from "./certificates.ts";
import { kubeconfig } from "./kubeconfig.ts";
import { certificateUser, kubeconfigFile } from "./test-api-server.ts";
import { type TestUser, tokenFile } from "./users.ts";

export interface Preparation {
  readonly name: string;
  readonly folder: string;
  readonly url: string;
  readonly users: ReadonlyMap<string, TestUser>;
}

/** Fills a server's folder: an authority of its own, certificates, tokens, keys, audit policy, kubeconfigs. */
export async function prepareApiServer(wanted: Preparation): Promise<void> {
  const { name, folder, url, users } = wanted;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const authority = await createAuthority(folder, `fairlead-test-${name}`);
  await issueCertificate(
    folder,
    "server",
    {
      commonName: "kube-apiserver",
      alternativeNames: ["IP:127.0.0.1", "DNS:localhost", "DNS:kubernetes.default.svc"],
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
  const base = { name, url, authority: await readFile(authority.certFile, "utf8") };
  for (const { name: user, token } of users.values()) {
    await writeFile(kubeconfigFile(folder, user), kubeconfig({ ...base, user, credential: { token } }), {
      mode: 0o600,
    });
  }
  const credential = { "client-certificate": admin.certFile, "client-key": admin.keyFile };
  await writeFile(kubeconfigFile(folder, certificateUser), kubeconfig({ ...base, user: certificateUser, credential }), {
    mode: 0o600,
  });
}
