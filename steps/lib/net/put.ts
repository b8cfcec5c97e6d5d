import { exchange } from "./exchange.ts";
import type { OutboundPolicy } from "./outbound-policy.ts";

export interface PutRequest {
  readonly url: string;
  readonly policy: OutboundPolicy;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface PutAnswer {
  readonly status: number;
  /** At most 1,000 characters. */
  readonly text: string;
}

const maximumAnswerBytes = 64 * 1024;

/**
 * Puts a text in place of what is at a URL, under the outbound policy. Follows no redirect, uses no proxy, reads a bounded
 * answer, verifies TLS.
 *
 * @throws OutboundRefused, Error of the network, or the signal's reason
 */
export async function put(request: PutRequest): Promise<PutAnswer> {
  const { status, body } = await exchange({ ...request, method: "PUT", maximumAnswerBytes });
  return { status, text: body.toString("utf8").slice(0, 1_000) };
}
