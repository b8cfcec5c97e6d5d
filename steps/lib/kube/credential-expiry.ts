import { X509Certificate } from "node:crypto";

/** Clocks differ: until this long after the end of a credential, the server's own word decides. */
export const toleratedSkewMs = 5 * 60_000;

/** `exp` of a JSON Web Token in milliseconds since the epoch; `undefined` for any other token. */
export function tokenExpiry(token: string): number | undefined {
  const [, payload, signature] = token.split(".", 3);
  if (payload === undefined || signature === undefined) {
    return undefined;
  }
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const seconds = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined;
    return typeof seconds === "number" && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  } catch {
    // Dots alone make no JSON Web Token.
    return undefined;
  }
}

/** What may run out. */
export interface Perishable {
  readonly token?: string;
  /** PEM. */
  readonly certificate?: string;
}

/**
 * The sentence that tells since when a credential is of no use, or `undefined` while it may still be. Pure.
 *
 * @param skewMs how far our clock may be ahead of the server's; 0 after the server refused the credential
 */
export function expiredSince(credential: Perishable, now: number, skewMs: number): string | undefined {
  const { token, certificate } = credential;
  const tokenEnd = token === undefined ? undefined : tokenExpiry(token);
  if (tokenEnd !== undefined && tokenEnd + skewMs <= now) {
    return `its token was valid until ${new Date(tokenEnd).toISOString()}`;
  }
  const certificateEnd = certificate === undefined ? undefined : Date.parse(new X509Certificate(certificate).validTo);
  return certificateEnd !== undefined && certificateEnd + skewMs <= now
    ? `its client certificate was valid until ${new Date(certificateEnd).toISOString()}`
    : undefined;
}
