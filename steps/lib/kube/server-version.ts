import type { Answer } from "./classify-answer.ts";
import { TransportError } from "./transport.ts";
import type { ServerVersion } from "./types.ts";

/** Reads the answer to `GET /version`. @throws TransportError for anything that is no Kubernetes version */
export function readServerVersion({ status, headers, body }: Answer): ServerVersion {
  const date = headers["date"];
  const serverTime = typeof date === "string" ? Date.parse(date) : Number.NaN;
  let gitVersion: unknown;
  try {
    ({ gitVersion } = JSON.parse(body));
  } catch {
    // Told below, as for JSON without a version.
  }
  if (typeof gitVersion !== "string" || Number.isNaN(serverTime)) {
    const message = "the answer names no Kubernetes version, or has no date";
    throw new TransportError({ reason: "BadResponse", status, message });
  }
  return { gitVersion, serverTime };
}
