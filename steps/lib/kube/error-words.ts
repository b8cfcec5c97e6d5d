/**
 * What an error says. Asks for the member rather than the class: errors of Node's own modules belong to another realm
 * when code runs in a VM context, as tests do.
 */
export function errorWords(error: unknown): string {
  return typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
}
