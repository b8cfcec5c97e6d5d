import type { IncomingMessage } from "node:http";
import { Agent, type AgentOptions, request as httpsRequest } from "node:https";
import type { Clock } from "../clock/clock.ts";
import type { Answer } from "./classify-answer.ts";
import type { KubeFailure } from "./kube-error.ts";

/** Where and how to connect; TLS is always verified. */
export interface Endpoint {
  /** `https://host:port`, optionally with a path prefix. */
  readonly server: URL;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: { readonly certificate: string; readonly key: string };
  /** Name in the server's certificate, where it differs from the host. */
  readonly serverName?: string;
  readonly proxy?: string;
  /** The `Authorization` header of the next request; asked for each, since tokens are renewed. */
  readonly authorization: () => Promise<string | undefined>;
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

// A list page of 500 large objects stays far below; more is no answer of an API server to these requests.
const maximumBodyBytes = 128 * 1024 * 1024;
const tlsCodes = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER))/;

function networkFailure(error: unknown): KubeFailure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  if (tlsCodes.test(code)) {
    return { reason: "TlsFailed", status: 0, message: `${message} (${code})` };
  }
  return {
    reason: "Unreachable",
    status: 0,
    message: code === "" || message.includes(code) ? message : `${message} (${code})`,
  };
}

function agentOptions(endpoint: Endpoint): AgentOptions {
  return {
    keepAlive: true,
    minVersion: "TLSv1.2",
    ...(endpoint.certificateAuthority === undefined ? {} : { ca: endpoint.certificateAuthority }),
    ...(endpoint.clientCertificate === undefined
      ? {}
      : { cert: endpoint.clientCertificate.certificate, key: endpoint.clientCertificate.key }),
    ...(endpoint.serverName === undefined ? {} : { servername: endpoint.serverName }),
    ...(endpoint.proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: endpoint.proxy } }),
  };
}

/** HTTP/1.1 over pooled keep-alive connections to one API server. */
export class Transport {
  private readonly agent: Agent;
  private readonly streams: Agent;
  private readonly endpoint: Endpoint;
  private readonly userAgent: string;
  private readonly clock: Clock;

  constructor(endpoint: Endpoint, userAgent: string, clock: Clock) {
    this.endpoint = endpoint;
    this.userAgent = userAgent;
    this.clock = clock;
    this.agent = new Agent(agentOptions(endpoint));
    // Watches hold their connection for minutes: they must not take those of short calls.
    this.streams = new Agent(agentOptions(endpoint));
  }

  /** Sends and reads the whole answer. @throws TransportError, or the signal's reason */
  async send(request: HttpRequest): Promise<Answer> {
    return await this.limited(request, async (signal) => {
      const response = await this.open(this.agent, { ...request, signal });
      return { status: response.statusCode ?? 0, headers: response.headers, body: await readWhole(response) };
    });
  }

  /** Sends and leaves the body to be read. @throws TransportError, or the signal's reason */
  async stream(request: HttpRequest): Promise<HttpStream> {
    const response = await this.limited(request, (limited) => this.open(this.streams, request, limited));
    return { status: response.statusCode ?? 0, headers: response.headers, body: response };
  }

  close(): void {
    this.agent.destroy();
    this.streams.destroy();
  }

  private async limited<T>(request: HttpRequest, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    request.signal.throwIfAborted();
    const expired = new AbortController();
    const settled = new AbortController();
    const timer = this.clock.sleep(request.timeoutMs, settled.signal).then(
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
      throw error instanceof TransportError ? error : new TransportError(networkFailure(error), error);
    } finally {
      settled.abort();
      await timer;
    }
  }

  private async open(agent: Agent, request: HttpRequest, until?: AbortSignal): Promise<IncomingMessage> {
    const authorization = await this.endpoint.authorization();
    const { server } = this.endpoint;
    const path = `${server.pathname.replace(/\/$/, "")}${request.path}`;
    return await new Promise((resolve, reject) => {
      const sent = httpsRequest({
        agent,
        host: server.hostname.replace(/^\[|\]$/g, ""),
        port: server.port === "" ? 443 : server.port,
        method: request.method,
        path,
        signal: request.signal,
        headers: {
          accept: "application/json",
          "user-agent": this.userAgent,
          ...(authorization === undefined ? {} : { authorization }),
          ...(request.body === undefined
            ? {}
            : {
                "content-type": request.contentType ?? "application/json",
                "content-length": Buffer.byteLength(request.body),
              }),
        },
      });
      const giveUp = (): void => {
        sent.destroy(new Error("no answer in time"));
      };
      until?.addEventListener("abort", giveUp, { once: true });
      sent.once("response", (response) => {
        until?.removeEventListener("abort", giveUp);
        resolve(response);
      });
      sent.once("error", reject);
      sent.end(request.body);
    });
  }
}

async function readWhole(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximumBodyBytes) {
      response.destroy();
      const message = `the answer is larger than ${maximumBodyBytes / 1024 / 1024} MiB`;
      throw new TransportError({ reason: "BadResponse", status: response.statusCode ?? 0, message });
    }
    chunks.push(chunk);
  }
  if (!response.complete) {
    throw new TransportError({
      reason: "Unreachable",
      status: 0,
      message: "the connection ended in the middle of the answer",
    });
  }
  return Buffer.concat(chunks).toString("utf8");
}
