/**
 * The code of a system error (`ENOENT`), `undefined` for any other value. Asks for the member rather than the class:
 * errors of Node's own modules belong to another realm when code runs in a VM context, as tests do.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
