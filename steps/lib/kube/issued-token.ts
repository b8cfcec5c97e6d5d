import type { Answer } from "./classify-answer.ts";
import { TransportError } from "./transport.ts";
import type { IssuedToken } from "./types.ts";

/** Reads the answer to a `TokenRequest`. @throws TransportError for anything that holds no token */
export function readIssuedToken({ status, body }: Answer): IssuedToken {
  let issued: { readonly token?: unknown; readonly expirationTimestamp?: unknown } | undefined;
  try {
    issued = JSON.parse(body).status;
  } catch {
    // Told below. The cause stays out: its words quote the body.
  }
  const expiresAt = Date.parse(String(issued?.expirationTimestamp));
  if (typeof issued?.token !== "string" || issued.token === "" || Number.isNaN(expiresAt)) {
    const message = "the answer holds no token, or no time of its end";
    throw new TransportError({ reason: "BadResponse", status, message });
  }
  return { token: issued.token, expiresAt };
}
