import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { Agent, type AgentOptions, request as httpsRequest } from "node:https";
import type { Clock } from "../clock/clock.ts";
import type { Answer } from "./classify-answer.ts";
import type { KubeFailure } from "./kube-error.ts";
import { networkFailure } from "./network-failure.ts";

/** As whom a request is sent. */
export interface Identity {
  /** `Authorization` and `Impersonate-…`. */
  readonly headers: OutgoingHttpHeaders;
  /** PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
}

/** Where and how to connect; TLS is always verified. */
export interface Endpoint {
  /** `https://host:port`, optionally with a path prefix. */
  readonly server: URL;
  /** PEM; absent = the authorities that Node trusts. */
  readonly certificateAuthority?: string;
  /** Name in the server's certificate, where it differs from the host. */
  readonly serverName?: string;
  /** `http://…` or `https://…`. */
  readonly proxy?: string;
  /** Asked for each request, since tokens are renewed. */
  readonly identity: (signal: AbortSignal) => Promise<Identity>;
}

export interface TransportOptions {
  readonly userAgent: string;
  readonly clock: Clock;
  /** Bytes; default 64 MiB. */
  readonly maximumBodyBytes?: number;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Until the answer has arrived whole; for a stream until its headers have. */
  readonly timeoutMs: number;
}

export interface HttpStream {
  readonly status: number;
  readonly headers: Answer["headers"];
  readonly body: IncomingMessage;
}

/** A request without a usable answer. Callers turn it into a described error. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly failure: KubeFailure;

  constructor(failure: KubeFailure, cause?: unknown) {
    super(failure.message, { cause });
    this.failure = failure;
  }
}

// Text, bytes and objects of one answer lie in memory together for a moment: this stays within the memory of a step.
const defaultMaximumBodyBytes = 64 * 1024 * 1024;

function agentOptions(endpoint: Endpoint): AgentOptions {
  return {
    keepAlive: true,
    minVersion: "TLSv1.2",
    ...(endpoint.certificateAuthority === undefined ? {} : { ca: endpoint.certificateAuthority }),
    ...(endpoint.serverName === undefined ? {} : { servername: endpoint.serverName }),
    ...(endpoint.proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: endpoint.proxy } }),
  };
}

// Without a reason of its own each abort makes an exception with its stack, which costs more than the timer.
const answered = "answered in time";

/** HTTP/1.1 over pooled keep-alive connections to one API server. */
export class Transport {
  private readonly agent: Agent;
  private readonly streams: Agent;
  private readonly endpoint: Endpoint;
  private readonly options: TransportOptions;

  constructor(endpoint: Endpoint, options: TransportOptions) {
    this.endpoint = endpoint;
    this.options = options;
    this.agent = new Agent(agentOptions(endpoint));
    // Watches hold their connection for minutes: they must not take those of short calls.
    this.streams = new Agent(agentOptions(endpoint));
  }

  /** Sends and reads the whole answer. @throws TransportError, or the signal's reason */
  async send(request: HttpRequest): Promise<Answer> {
    return await this.limited(request, async (signal) => {
      const response = await this.open(this.agent, request, signal);
      const body = await this.readWhole(response);
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    });
  }

  /** Sends and leaves the body to be read. @throws TransportError, or the signal's reason */
  async stream(request: HttpRequest): Promise<HttpStream> {
    return await this.limited(request, async (signal) => {
      const response = await this.open(this.streams, request, signal);
      return { status: response.statusCode ?? 0, headers: response.headers, body: response };
    });
  }

  close(): void {
    this.agent.destroy();
    this.streams.destroy();
  }

  /** Once `work` is done, its signal is aborted by the request's own one only: a stream lives on. */
  private async limited<T>(request: HttpRequest, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    request.signal.throwIfAborted();
    const expired = new AbortController();
    const settled = new AbortController();
    const timer = this.options.clock.sleep(request.timeoutMs, settled.signal).then(
      () => expired.abort(),
      // Rejected by `settled`: the answer was in time.
      () => undefined,
    );
    try {
      return await work(AbortSignal.any([request.signal, expired.signal]));
    } catch (error) {
      request.signal.throwIfAborted();
      if (expired.signal.aborted) {
        const seconds = request.timeoutMs / 1000;
        throw new TransportError({ reason: "Timeout", status: 0, message: `no answer within ${seconds} s` }, error);
      }
      throw error;
    } finally {
      settled.abort(answered);
      await timer;
    }
  }

  private async open(agent: Agent, request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, clientCertificate } = await this.endpoint.identity(signal);
    const { server } = this.endpoint;
    return await new Promise((resolve, reject) => {
      const sent = httpsRequest({
        agent,
        host: server.hostname.replace(/^\[|\]$/g, ""),
        port: server.port === "" ? 443 : server.port,
        method: request.method,
        path: `${server.pathname.replace(/\/$/, "")}${request.path}`,
        signal,
        ...(clientCertificate === undefined ? {} : { cert: clientCertificate.certificate, key: clientCertificate.key }),
        headers: { ...this.headersOf(request), ...headers },
      });
      sent.once("response", resolve);
      // Later errors of the same request arrive at the reader of its answer.
      sent.on("error", (error) => reject(new TransportError(networkFailure(error), error)));
      sent.end(request.body);
    });
  }

  private headersOf(request: HttpRequest): OutgoingHttpHeaders {
    return {
      accept: "application/json",
      "user-agent": this.options.userAgent,
      ...(request.body === undefined
        ? {}
        : {
            "content-type": request.contentType ?? "application/json",
            "content-length": Buffer.byteLength(request.body),
          }),
    };
  }

  private async readWhole(response: IncomingMessage): Promise<string> {
    const limit = this.options.maximumBodyBytes ?? defaultMaximumBodyBytes;
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of brokenAsFailure(response)) {
      size += chunk.length;
      if (size > limit) {
        const message = `the answer is larger than ${Math.round(limit / 1024 / 1024)} MiB`;
        const status = response.statusCode ?? 0;
        throw new TransportError({ reason: "BadResponse", status, message, lasting: true, oversized: true });
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  }
}

/** The bytes of an answer. @throws TransportError when the connection ends before the answer does */
export async function* brokenAsFailure(response: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // No encoding is set: the chunks are buffers.
    yield* response as AsyncIterable<Buffer>;
  } catch (error) {
    const { message } = networkFailure(error);
    const words = `the connection ended in the middle of the answer (${message})`;
    throw new TransportError({ reason: "Unreachable", status: 0, message: words }, error);
  }
}
