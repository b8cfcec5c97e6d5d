import type { BackupStorageLocation } from "./hub-objects.ts";

/** What is kept of a BackupStorageLocation. */
export interface StorageLocation {
  readonly name: string;
  readonly phase: string;
  readonly message: string;
  /** Made by a DataProtectionApplication. */
  readonly owned: boolean;
  readonly isDefault: boolean;
  readonly provider: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly config: Readonly<Record<string, string>>;
}

export function summariseStorageLocation(location: BackupStorageLocation): StorageLocation {
  const { metadata, spec, status } = location;
  return {
    name: metadata.name,
    phase: status?.phase ?? "",
    message: status?.message ?? "",
    owned: (metadata.ownerReferences ?? []).length > 0,
    isDefault: spec?.default === true,
    provider: spec?.provider ?? "",
    bucket: spec?.objectStorage?.bucket ?? "",
    prefix: spec?.objectStorage?.prefix ?? "",
    config: spec?.config ?? {},
  };
}

/** The backup operator's own test; one usable location is enough for it. */
export function isUsable(location: StorageLocation): boolean {
  return location.phase === "Available" && location.owned;
}

/** `dpa-1 is Unavailable: access denied`, for messages. */
export function describeStorage(location: StorageLocation): string {
  const detail = location.message === "" ? "" : `: ${location.message}`;
  return `${location.name} is ${location.phase === "" ? "without a phase" : location.phase}${detail}`;
}

/**
 * The location that a hub's backups use: the one that its newest backup names, else the default, else a usable one,
 * else the first by name.
 */
export function locationInUse(
  locations: readonly StorageLocation[],
  newestBackupLocation: string | undefined,
): StorageLocation | undefined {
  return (
    locations.find((location) => location.name === newestBackupLocation) ??
    locations.find((location) => location.isDefault) ??
    locations.find(isUsable) ??
    locations.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0]
  );
}

const comparedSettings = ["s3Url", "region", "resourceGroup", "storageAccount"] as const;

/** One line per difference: `bucket "a" and "b"`. */
export interface StorageDifferences {
  /** Provider, bucket or prefix: the hubs do not see each other's backups. */
  readonly place: readonly string[];
  /** Endpoint, region or account: may name the same place in another way. */
  readonly settings: readonly string[];
}

/** Compares where two locations keep backups; case and slashes at the ends do not count. */
export function compareStorage(a: StorageLocation, b: StorageLocation): StorageDifferences {
  return {
    place: differences([
      ["provider", providerName(a.provider), providerName(b.provider)],
      ["bucket", a.bucket, b.bucket],
      ["prefix", a.prefix, b.prefix],
    ]),
    settings: differences(comparedSettings.map((key) => [key, a.config[key] ?? "", b.config[key] ?? ""])),
  };
}

function differences(pairs: readonly (readonly [string, string, string])[]): readonly string[] {
  return pairs
    .filter(([, left, right]) => normalise(left) !== normalise(right))
    .map(([name, left, right]) => `${name} ${JSON.stringify(left)} and ${JSON.stringify(right)}`);
}

/** Velero prefixes its own plugins: `velero.io/aws` is `aws`. */
function providerName(provider: string): string {
  return provider.replace(/^velero\.io\//, "");
}

function normalise(text: string): string {
  return text
    .trim()
    .replace(/^\/+|\/+$/g, "")
    .toLowerCase();
}
