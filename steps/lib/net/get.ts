import { exchange } from "./exchange.ts";
import type { OutboundPolicy } from "./outbound-policy.ts";

export interface GetRequest {
  readonly url: string;
  readonly policy: OutboundPolicy;
  readonly headers: Readonly<Record<string, string>>;
  readonly maximumAnswerBytes: number;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** PEM; absent = the authorities that Node trusts. */
  readonly certificateAuthority?: string;
}

export interface GetAnswer {
  readonly status: number;
  readonly body: Uint8Array;
}

/**
 * Reads one file under the outbound policy. Follows no redirect, uses no proxy, reads a bounded answer, verifies TLS.
 *
 * @throws OutboundRefused, Error of the network, or the signal's reason
 */
export async function get(request: GetRequest): Promise<GetAnswer> {
  // GitHub refuses whoever gives no name.
  const headers = { "user-agent": "fairlead", ...request.headers };
  const { status, body } = await exchange({ ...request, method: "GET", headers });
  return { status, body };
}
