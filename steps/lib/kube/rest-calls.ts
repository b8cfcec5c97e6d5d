import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { type Answer, classifyAnswer, fieldConflicts } from "./classify-answer.ts";
import { expiredSince } from "./credential-expiry.ts";
import { describeApplyConflict, describeFailure } from "./describe-failure.ts";
import { guardIdle } from "./idle-guard.ts";
import type { Attempt, KubeError, KubeFailure } from "./kube-error.ts";
import { LineTooLong } from "./line-reader.ts";
import type { Login } from "./login.ts";
import { RequestQueue } from "./request-queue.ts";
import { withRetry } from "./retry.ts";
import { brokenAsFailure, type HttpRequest, type HttpStream, type Transport, TransportError } from "./transport.ts";
import type { CallOptions } from "./types.ts";
import { Warnings } from "./warning-header.ts";

export interface RestCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly attempt: Omit<Attempt, "target" | "server">;
  readonly contentType?: string;
  readonly body?: unknown;
  /** Sending it again, although the first one may have been carried out, does no harm. */
  readonly repeatable: boolean;
  readonly apply?: true;
  /** Told of each failure after which the call is sent again. */
  readonly onRepeat?: (error: KubeError) => void;
  /** Told that a stream is open. */
  readonly onOpen?: () => void;
}

export interface RestEnvironment {
  readonly target: string;
  readonly server: string;
  readonly transport: Transport;
  readonly login: Login;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly concurrency: number;
}

const defaultTimeoutMs = 30_000;
const maximumRefusalBytes = 1024 * 1024;

/** Sends single calls: queue, retry, described errors, warnings. Knows nothing of objects. */
export class RestCalls {
  private readonly queue: RequestQueue;
  private readonly seenWarnings = new Warnings();
  private readonly environment: RestEnvironment;
  private sent = 0;

  constructor(environment: RestEnvironment) {
    this.environment = environment;
    this.queue = new RequestQueue(environment.concurrency);
  }

  get warnings(): readonly string[] {
    return this.seenWarnings.list();
  }

  get count(): number {
    return this.sent;
  }

  /** The answer of a call that succeeded, as `read` understands it. @throws KubeError */
  async call<T>(call: RestCall, options: CallOptions, read: (answer: Answer) => T): Promise<T> {
    const { clock, random, log, target } = this.environment;
    const once = async (): Promise<T> => await this.once(call, options, read);
    return await withRetry(() => this.queue.run(options.priority ?? "normal", options.signal, once), {
      clock,
      random,
      signal: options.signal,
      repeatable: call.repeatable,
      ...(options.attempts === undefined ? {} : { attempts: options.attempts }),
      onRetry: (error, attempt, delay) => {
        call.onRepeat?.(error);
        const delayMs = Math.round(delay);
        log.info(`retrying ${call.attempt.verb}: ${error.text.why}`, { hub: target, attempt, delayMs });
      },
    });
  }

  /** The parsed answer of a call that succeeded. @throws KubeError */
  async json<T>(call: RestCall, options: CallOptions): Promise<T> {
    // The API server promises objects of the requested resource; readers narrow what they use.
    return await this.call(call, options, (answer) => parseObject(answer) as T);
  }

  /**
   * Bytes of a long answer.
   *
   * @param idleMs silence after which the connection is taken for dead; absent where silence is normal (a log)
   * @throws KubeError before the first byte and when the stream breaks
   */
  async *bytes(call: RestCall, options: CallOptions, idleMs?: number): AsyncGenerator<Uint8Array> {
    let stream: HttpStream | undefined;
    try {
      stream = await this.openStream(call, options);
      call.onOpen?.();
      const chunks = brokenAsFailure(stream.body);
      yield* idleMs === undefined ? chunks : this.guarded(chunks, options.signal, idleMs);
    } catch (error) {
      options.signal.throwIfAborted();
      throw this.described(error, call);
    } finally {
      // Also where the reader lost interest, or the server fell silent: nothing else would close the connection.
      stream?.body.destroy();
    }
  }

  /** An error of whoever reads the bytes of a call, in the words of the call. */
  described(error: unknown, call: RestCall): unknown {
    const attempt = this.attempt(call);
    if (error instanceof TransportError) {
      return describeFailure(attempt, error.failure, error.cause);
    }
    return error instanceof LineTooLong
      ? describeFailure(attempt, { reason: "BadResponse", status: 200, message: error.message }, error)
      : error;
  }

  private guarded(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal, idleMs: number): AsyncIterable<Uint8Array> {
    const { clock } = this.environment;
    const message = `silent for ${idleMs / 1000} s`;
    const onIdle = (): Error => new TransportError({ reason: "Timeout", status: 0, message });
    return guardIdle(chunks, { idleMs, clock, signal, onIdle });
  }

  private async once<T>(call: RestCall, options: CallOptions, read: (answer: Answer) => T): Promise<T> {
    try {
      const answer = await this.asFreshLogin(
        () => this.environment.transport.send(this.httpRequest(call, options)),
        options.signal,
      );
      this.seenWarnings.note(answer.headers);
      if (answer.status >= 200 && answer.status < 300) {
        return read(answer);
      }
      const failure = await this.failureOf(answer, options.signal);
      if (call.apply === true && failure.reason === "Conflict") {
        throw describeApplyConflict(this.attempt(call), failure, fieldConflicts(answer.body));
      }
      throw describeFailure(this.attempt(call), failure);
    } catch (error) {
      options.signal.throwIfAborted();
      throw this.described(error, call);
    }
  }

  private async openStream(call: RestCall, options: CallOptions): Promise<HttpStream> {
    const stream = await this.asFreshLogin(
      () => this.environment.transport.stream(this.httpRequest(call, options)),
      options.signal,
    );
    this.seenWarnings.note(stream.headers);
    if (stream.status >= 200 && stream.status < 300) {
      return stream;
    }
    const body = await this.readRefusal(stream, options.signal);
    throw new TransportError(await this.failureOf({ ...stream, body }, options.signal));
  }

  /** A refused login that can be had anew (exec plugin, OIDC) is, once: nothing was carried out. */
  private async asFreshLogin<T extends { readonly status: number }>(
    send: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    this.sent += 1;
    const answer = await send();
    if (answer.status !== 401 || !this.environment.login.renew()) {
      return answer;
    }
    signal.throwIfAborted();
    this.sent += 1;
    return await send();
  }

  private async readRefusal({ body }: HttpStream, signal: AbortSignal): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of this.guarded(brokenAsFailure(body), signal, defaultTimeoutMs)) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maximumRefusalBytes) {
        break;
      }
    }
    return Buffer.concat(chunks).toString("utf8");
  }

  private async failureOf(answer: Answer, signal: AbortSignal): Promise<KubeFailure> {
    const now = this.environment.clock.now();
    const failure = classifyAnswer(answer, now);
    if (failure.reason !== "Unauthorized") {
      return failure;
    }
    const { token, clientCertificate } = await this.environment.login.current(signal);
    const certificate = clientCertificate?.certificate;
    const expired = expiredSince({ ...(token && { token }), ...(certificate && { certificate }) }, now, 0);
    return expired === undefined ? failure : { ...failure, message: expired, expired: true };
  }

  private attempt(call: RestCall): Attempt {
    return { target: this.environment.target, server: this.environment.server, ...call.attempt };
  }

  private httpRequest(call: RestCall, options: CallOptions): HttpRequest {
    return {
      method: call.method,
      path: call.path,
      signal: options.signal,
      timeoutMs: options.requestTimeoutMs ?? defaultTimeoutMs,
      ...(call.contentType === undefined ? {} : { contentType: call.contentType }),
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    };
  }
}

/** The object in an answer. @throws TransportError for anything else: a cut answer, a page of a proxy */
function parseObject(answer: Answer): object {
  const bad = (message: string, cause?: unknown): TransportError =>
    new TransportError({ reason: "BadResponse", status: answer.status, message }, cause);
  let value: unknown;
  try {
    value = JSON.parse(answer.body);
  } catch (error) {
    throw bad(`the answer is no JSON, or was cut off after ${answer.body.length} characters`, error);
  }
  if (typeof value !== "object" || value === null || !("kind" in value)) {
    throw bad("the answer is JSON, but no Kubernetes object");
  }
  return value;
}
