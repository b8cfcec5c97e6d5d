import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { guardedLookup, type OutboundPolicy, outboundUrl } from "./outbound-policy.ts";

export interface PostRequest {
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

export interface PostAnswer {
  readonly status: number;
  /** Seconds, where the server named them. */
  readonly retryAfter: number | undefined;
  /** At most 1,000 characters. */
  readonly text: string;
}

const maximumRequestBytes = 256 * 1024;
const maximumAnswerBytes = 64 * 1024;

function retryAfter(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{1,5}$/.test(value) ? Number(value) : undefined;
}

/**
 * Sends one POST under the outbound policy. Follows no redirect, uses no proxy, reads a bounded answer, verifies TLS.
 *
 * @throws OutboundRefused, Error of the network, or the signal's reason
 */
export async function post(request: PostRequest): Promise<PostAnswer> {
  const url = outboundUrl(request.url, request.policy);
  if (Buffer.byteLength(request.body) > maximumRequestBytes) throw new Error("the text to be sent is too large");
  const limit = AbortSignal.timeout(request.timeoutMs);
  const signal = AbortSignal.any([request.signal, limit]);
  try {
    return await exchange(request, url, signal);
  } catch (error) {
    request.signal.throwIfAborted();
    if (limit.aborted) throw new Error(`no whole answer within ${request.timeoutMs} ms`, { cause: error });
    throw error;
  }
}

function exchange(request: PostRequest, url: URL, signal: AbortSignal): Promise<PostAnswer> {
  const send = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const call = send(url, {
      method: "POST",
      headers: { ...request.headers, "content-length": String(Buffer.byteLength(request.body)) },
      lookup: guardedLookup(request.policy),
      agent: false,
      signal,
      minVersion: "TLSv1.2",
      ...(request.certificateAuthority === undefined ? {} : { ca: request.certificateAuthority }),
    });
    call.once("error", reject);
    call.once("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes <= maximumAnswerBytes) chunks.push(chunk);
        else response.destroy(new Error(`the answer is larger than ${maximumAnswerBytes} bytes`));
      });
      response.once("error", reject);
      response.once("end", () => {
        const text = Buffer.concat(chunks).toString("utf8").slice(0, 1_000);
        resolve({ status: response.statusCode ?? 0, retryAfter: retryAfter(response.headers["retry-after"]), text });
      });
    });
    call.end(request.body);
  });
}
