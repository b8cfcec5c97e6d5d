/** `20261124T153000Z`: ISO-8601 basic form, safe in file names. @param now milliseconds since the epoch */
export function compactUtc(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19).replaceAll("-", "").replaceAll(":", "")}Z`;
}
