import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createAuthority, issueCertificate } from "../../support/api-servers/certificates.ts";
import { etcdOnSocket, exists } from "../../support/api-servers/etcd.ts";
import { httpsGet } from "../../support/api-servers/https-get.ts";
import type { Part } from "./hub-state.ts";

/** Object storage as hubs reach it. */
export interface ObjectStorage {
  readonly url: string;
  readonly bucket: string;
  readonly region: string;
  /** PEM. */
  readonly authority: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface SharedBasis {
  readonly folder: string;
  readonly namespace: string;
  readonly address: string;
  readonly programs: Readonly<Record<string, string>>;
}

const port = 7070;

/** The etcd that holds every hub's data, each under its own prefix. */
export function sharedEtcd(basis: SharedBasis): {
  readonly part: Part;
  readonly endpoint: string;
  look(): Promise<string | undefined>;
} {
  const { socket, endpoint, args } = etcdOnSocket(basis.folder);
  return {
    part: sharedPart(basis, "etcd", args, {}),
    endpoint,
    look: async () => ((await exists(socket)) ? undefined : `no socket ${socket}`),
  };
}

/** versitygw, an S3 server over a folder: a bucket is a folder in it. TLS with an authority of its own. */
export async function s3Server(
  basis: SharedBasis,
): Promise<{ readonly part: Part; readonly storage: ObjectStorage; look(): Promise<string | undefined> }> {
  const { folder, address } = basis;
  const data = join(folder, "buckets");
  const bucket = "acm-backups";
  await mkdir(join(data, bucket), { recursive: true });
  await mkdir(join(folder, "metadata"));
  const authority = await createAuthority(folder, "fairlead-object-storage");
  const server = await issueCertificate(
    folder,
    "s3",
    { commonName: "s3", alternativeNames: [`IP:${address}`], use: "serverAuth" },
    authority,
  );
  const storage = {
    url: `https://${address}:${port}`,
    bucket,
    region: "us-east-1",
    authority: await readFile(authority.certFile, "utf8"),
    accessKey: "fairlead",
    secretKey: randomBytes(24).toString("hex"),
  };
  const args = [
    ...["--port", `${address}:${port}`, "--cert", server.certFile, "--key", server.keyFile],
    ...["--region", storage.region, "--quiet"],
    // Metadata beside the data: not every file system has extended attributes.
    ...["posix", "--sidecar", join(folder, "metadata"), data],
  ];
  const environment = { ROOT_ACCESS_KEY: storage.accessKey, ROOT_SECRET_KEY: storage.secretKey };
  const look = async (): Promise<undefined> => {
    // Any answer will do: without a signature it is 403.
    await httpsGet({ url: storage.url, authority: storage.authority, headers: {}, timeoutMs: 5_000 });
  };
  return { part: sharedPart(basis, "versitygw", args, environment), storage, look };
}

function sharedPart(
  basis: SharedBasis,
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Part {
  return {
    name: `storage/${program}`,
    namespace: basis.namespace,
    command: basis.programs[program] ?? program,
    args,
    environment,
    folder: basis.folder,
    logFile: join(basis.folder, `${program}.log`),
  };
}
