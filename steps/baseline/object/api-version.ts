/** The API group of an `apiVersion`; empty for the core group. Pure. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/** The version of an `apiVersion`, without its group. Pure. */
export function versionOf(apiVersion: string): string {
  return apiVersion.split("/").at(-1) ?? "";
}
