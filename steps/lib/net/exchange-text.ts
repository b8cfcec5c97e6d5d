import { exchange } from "./exchange.ts";
import type { OutboundPolicy } from "./outbound-policy.ts";

export interface TextRequest {
  readonly url: string;
  readonly policy: OutboundPolicy;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** PEM; absent = the authorities that Node trusts. */
  readonly certificateAuthority?: string;
}

export interface TextAnswer {
  readonly status: number;
  /** Seconds, where the server named them. */
  readonly retryAfter: number | undefined;
  /** At most 1,000 characters. */
  readonly text: string;
}

const maximumAnswerBytes = 64 * 1024;

function retryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,5}$/.test(value) ? Number(value) : undefined;
}

/**
 * Sends a text under the outbound policy. Follows no redirect, uses no proxy, reads a bounded answer, verifies TLS.
 *
 * @throws OutboundRefused, Error of the network, or the signal's reason
 */
export async function exchangeText(method: "POST" | "PUT", request: TextRequest): Promise<TextAnswer> {
  const { status, headers, body } = await exchange({ ...request, method, maximumAnswerBytes });
  const text = body.toString("utf8").slice(0, 1_000);
  return { status, retryAfter: retryAfter(headers["retry-after"]), text };
}
