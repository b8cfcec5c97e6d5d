import type { OutgoingHttpHeaders } from "node:http";
import type { Clock } from "../clock/clock.ts";
import { expiredSince, toleratedSkewMs } from "./credential-expiry.ts";
import type { Impersonation } from "./kubeconfig-user.ts";
import type { Login } from "./login.ts";
import { type Identity, TransportError } from "./transport.ts";

function impersonationHeaders(impersonate: Impersonation | undefined): OutgoingHttpHeaders {
  if (impersonate === undefined) {
    return {};
  }
  return {
    "impersonate-user": impersonate.user,
    ...(impersonate.groups.length === 0 ? {} : { "impersonate-group": [...impersonate.groups] }),
    ...(impersonate.uid === undefined ? {} : { "impersonate-uid": impersonate.uid }),
  };
}

/**
 * As whom each request is sent.
 *
 * @returns a function that throws TransportError `Unauthorized` for a login that is known to have expired: a request
 * with it would only be refused
 */
export function identityOf(
  login: Login,
  clock: Clock,
  impersonate?: Impersonation,
): (signal: AbortSignal) => Promise<Identity> {
  const impersonation = impersonationHeaders(impersonate);
  return async (signal) => {
    const { token, clientCertificate } = await login.current(signal);
    const certificate = clientCertificate?.certificate;
    const perishable = { ...(token && { token }), ...(certificate && { certificate }) };
    const expired = expiredSince(perishable, clock.now(), toleratedSkewMs);
    if (expired !== undefined) {
      throw new TransportError({ reason: "Unauthorized", status: 0, message: expired, expired: true });
    }
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return {
      headers: { ...authorization, ...impersonation },
      ...(clientCertificate === undefined ? {} : { clientCertificate }),
    };
  };
}
