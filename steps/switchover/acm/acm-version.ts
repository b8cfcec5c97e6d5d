/** `X.Y.Z` as numbers, or unknown with the text that could not be read. */
export type AcmVersion =
  | { readonly known: true; readonly text: string; readonly numbers: readonly [number, number, number] }
  | { readonly known: false; readonly text: string };

const pattern = /^v?(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?(?:[-+].*)?$/s;

/**
 * Reads `status.currentVersion` of a MultiClusterHub. Suffixes (`-rc1`, `+build`) are ignored, so that a release
 * candidate has the features of its release; a missing patch number is 0.
 *
 * @example acmVersion("2.14.0-rc1") // { known: true, numbers: [2, 14, 0], … }
 */
export function acmVersion(text: string | undefined): AcmVersion {
  const match = pattern.exec((text ?? "").trim());
  if (match === null) {
    return { known: false, text: text ?? "" };
  }
  const [, major, minor, patch] = match;
  return { known: true, text: (text ?? "").trim(), numbers: [Number(major), Number(minor), Number(patch ?? 0)] };
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`; suffixes do not count. Known versions only. */
export function compareVersions(
  a: AcmVersion & { readonly known: true },
  b: AcmVersion & { readonly known: true },
): number {
  return a.numbers[0] - b.numbers[0] || a.numbers[1] - b.numbers[1] || a.numbers[2] - b.numbers[2];
}

/** True when the version is known and at least `minor` (`"2.14"`). An unknown version is neither at least nor below. */
export function isAtLeast(version: AcmVersion, minor: string): boolean {
  return version.known && compareVersions(version, bound(minor)) >= 0;
}

/** True when the version is known and older than `minor` (`"2.14"`). */
export function isBelow(version: AcmVersion, minor: string): boolean {
  return version.known && compareVersions(version, bound(minor)) < 0;
}

/** `2.14` of `2.14.1`; the text itself when unknown. */
export function minorOf(version: AcmVersion): string {
  return version.known ? `${version.numbers[0]}.${version.numbers[1]}` : version.text;
}

/** Releases before 2.11 are not supported. */
export function isSupported(version: AcmVersion): boolean {
  return isAtLeast(version, "2.11");
}

/** 2.11 has no `spec.paused` on BackupSchedule: pausing there is save, then delete. */
export function lacksPause(version: AcmVersion): boolean {
  return isBelow(version, "2.12");
}

/**
 * From 2.14 a hub imports a cluster only once (`ImportOnly`), reads the strategy ConfigMap and honours
 * `immediate-import`.
 */
export function importsOnlyOnce(version: AcmVersion): boolean {
  return isAtLeast(version, "2.14");
}

/** To 2.14 the operator's requests are throttled, so that a pause takes time in proportion to the clusters. Unknown counts as throttled. */
export function throttlesOperator(version: AcmVersion): boolean {
  return !isAtLeast(version, "2.15");
}

/**
 * Whether the passive Restore must hold the newest backups before `variant` activates. To 2.16 a patch with newer
 * backups pending leaves out ordinary generic objects; on 2.11 and 2.12 a new Restore leaves out ordinary credentials.
 * An unknown version takes what works everywhere.
 */
export function needsFreshPassive(version: AcmVersion, variant: "patch" | "restore"): boolean {
  return !isAtLeast(version, variant === "patch" ? "2.17" : "2.13");
}

/**
 * On 2.11 and 2.12 a full Restore brings neither ordinary credentials nor import tokens, so that it takes two stages.
 * An unknown version takes what works everywhere.
 */
export function needsTwoStageRestore(version: AcmVersion): boolean {
  return !isAtLeast(version, "2.13");
}

/** To 2.16 a Restore whose Velero Restore failed stays `Error` for good; later ones recover at a sync with newer backups. */
export function neverRecoversFailedRestore(version: AcmVersion): boolean {
  return isBelow(version, "2.17");
}

function bound(minor: string): AcmVersion & { readonly known: true } {
  const version = acmVersion(minor);
  if (!version.known) {
    throw new TypeError(`"${minor}" is not a version`);
  }
  return version;
}
