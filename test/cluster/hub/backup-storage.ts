import { backupNamespace } from "./hub-parts.ts";
import type { ObjectStorage } from "./storage-server.ts";

/** A manifest as kubectl takes it. */
export type Manifest = Readonly<Record<string, unknown>>;

const dataProtection = { apiVersion: "oadp.openshift.io/v1alpha1", kind: "DataProtectionApplication", name: "dpa-hub" };
const credential = { name: "cloud-credentials", key: "cloud" };

function locationSpec(storage: ObjectStorage): Manifest {
  return {
    provider: "aws",
    default: true,
    credential,
    objectStorage: {
      bucket: storage.bucket,
      prefix: "hub",
      caCert: Buffer.from(storage.authority).toString("base64"),
    },
    config: {
      region: storage.region,
      s3Url: storage.url,
      // The bucket is a path of the server, not a host name of its own.
      s3ForcePathStyle: "true",
      // Version 1.14 of the plugin asks for CRC32 by default, which not every S3 server accepts.
      checksumAlgorithm: "",
    },
    backupSyncPeriod: "10s",
    validationFrequency: "10s",
  };
}

/** What OADP leaves on a hub before its storage location: namespace, credentials, DataProtectionApplication, Deployment. */
export function backupObjects(storage: ObjectStorage): readonly Manifest[] {
  const inNamespace = (name: string): Manifest => ({ name, namespace: backupNamespace });
  const labels = { "app.kubernetes.io/name": "velero" };
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: backupNamespace } },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: inNamespace(credential.name),
      stringData: {
        [credential.key]: `[default]\naws_access_key_id=${storage.accessKey}\naws_secret_access_key=${storage.secretKey}\n`,
      },
    },
    {
      apiVersion: dataProtection.apiVersion,
      kind: dataProtection.kind,
      metadata: inNamespace(dataProtection.name),
      spec: {
        configuration: { velero: { defaultPlugins: ["openshift", "aws"] } },
        backupLocations: [{ velero: locationSpec(storage) }],
      },
    },
    {
      // Without a Deployment of this name Velero 1.18 ends restores PartiallyFailed: it reads its image from there.
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { ...inNamespace("velero"), labels },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "velero", image: "velero:v1.18.3" }] } },
      },
    },
  ];
}

/** OADP's verdict on its DataProtectionApplication, for the status subresource. */
export function reconciledStatus(now: Date): Manifest {
  const condition = { type: "Reconciled", status: "True", reason: "Complete", message: "Reconcile complete" };
  return { status: { conditions: [{ ...condition, lastTransitionTime: now.toISOString() }] } };
}

/** The storage location as OADP makes it: owned by its DataProtectionApplication, named after it. */
export function storageLocation(storage: ObjectStorage, dataProtectionUid: string): Manifest {
  return {
    apiVersion: "velero.io/v1",
    kind: "BackupStorageLocation",
    metadata: {
      name: storageLocationName,
      namespace: backupNamespace,
      ownerReferences: [{ ...dataProtection, uid: dataProtectionUid, controller: true, blockOwnerDeletion: true }],
    },
    spec: locationSpec(storage),
  };
}

export const dataProtectionName = dataProtection.name;
export const storageLocationName = `${dataProtection.name}-1`;
