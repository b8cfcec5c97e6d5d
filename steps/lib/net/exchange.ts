import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { guardedLookup, type OutboundPolicy, outboundUrl } from "./outbound-policy.ts";

export interface ExchangeRequest {
  readonly method: "GET" | "POST" | "PUT";
  readonly url: string;
  readonly policy: OutboundPolicy;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly maximumAnswerBytes: number;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** PEM; absent = the authorities that Node trusts. */
  readonly certificateAuthority?: string;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * One request under the outbound policy and its answer. Follows no redirect, uses no proxy, reads a bounded answer,
 * verifies TLS.
 *
 * @throws OutboundRefused, Error of the network, or the signal's reason
 */
export async function exchange(request: ExchangeRequest): Promise<ExchangeAnswer> {
  const url = outboundUrl(request.url, request.policy);
  const limit = AbortSignal.timeout(request.timeoutMs);
  const signal = AbortSignal.any([request.signal, limit]);
  try {
    return await send(request, url, signal);
  } catch (error) {
    request.signal.throwIfAborted();
    if (limit.aborted) throw new Error(`no whole answer within ${request.timeoutMs} ms`, { cause: error });
    throw error;
  }
}

function send(request: ExchangeRequest, url: URL, signal: AbortSignal): Promise<ExchangeAnswer> {
  const start = url.protocol === "https:" ? httpsRequest : httpRequest;
  const { body, certificateAuthority } = request;
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve, reject) => {
    const call = start(url, {
      method: request.method,
      headers: { ...request.headers, ...length },
      lookup: guardedLookup(request.policy),
      agent: false,
      signal,
      minVersion: "TLSv1.2",
      ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    });
    call.once("error", reject);
    call.once("response", (response) => {
      readBody(response, request.maximumAnswerBytes).then(
        (read) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: read }),
        reject,
      );
    });
    call.end(body);
  });
}

function readBody(response: IncomingMessage, maximumBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maximumBytes) chunks.push(chunk);
      else response.destroy(new Error(`the answer is larger than ${maximumBytes} bytes`));
    });
    response.once("error", reject);
    response.once("end", () => resolve(Buffer.concat(chunks)));
  });
}
