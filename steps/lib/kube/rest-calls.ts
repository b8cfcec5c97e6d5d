import type { Clock, Random } from "../clock/clock.ts";
import type { Logger } from "../log/logger.ts";
import { type Answer, classifyAnswer, fieldConflicts } from "./classify-answer.ts";
import { type Attempt, describeApplyConflict, describeFailure } from "./describe-failure.ts";
import { guardIdle } from "./idle-guard.ts";
import { RequestQueue } from "./request-queue.ts";
import { withRetry } from "./retry.ts";
import { type HttpRequest, type Transport, TransportError } from "./transport.ts";
import type { CallOptions } from "./types.ts";

export interface RestCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly attempt: Omit<Attempt, "target" | "server">;
  readonly contentType?: string;
  readonly body?: unknown;
  /** Sending it again after an unclear failure changes nothing. */
  readonly repeatable: boolean;
  readonly apply?: true;
}

export interface RestEnvironment {
  readonly target: string;
  readonly server: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly concurrency: number;
}

const defaultTimeoutMs = 30_000;
// API servers write a bookmark to a quiet watch about once a minute (Kubernetes 1.35).
const watchIdleMs = 90_000;

/** Sends single calls: queue, retry, described errors, warnings. Knows nothing of objects. */
export class RestCalls {
  private readonly queue: RequestQueue;
  private readonly seenWarnings = new Set<string>();
  private readonly environment: RestEnvironment;
  private sent = 0;

  constructor(environment: RestEnvironment) {
    this.environment = environment;
    this.queue = new RequestQueue(environment.concurrency);
  }

  get warnings(): readonly string[] {
    return [...this.seenWarnings];
  }

  get count(): number {
    return this.sent;
  }

  /** The parsed answer of a call that succeeded. @throws KubeError */
  async json<T>(call: RestCall, options: CallOptions): Promise<T> {
    return await this.answered(call, options, (answer) => this.parse<T>(call, answer));
  }

  /** The answer as it came, for callers that want its text or headers. @throws KubeError */
  async answer(call: RestCall, options: CallOptions): Promise<Answer> {
    return await this.answered(call, options, (answer) => answer);
  }

  /** Bytes of a long answer (watch, log). @throws KubeError before the first byte and when the stream breaks */
  async *bytes(call: RestCall, options: CallOptions, guard: "bookmarks" | "none"): AsyncGenerator<Uint8Array> {
    const attempt = this.attempt(call);
    try {
      const stream = await this.openStream(call, options);
      const onIdle = (): Error =>
        new TransportError({ reason: "Timeout", status: 0, message: `silent for ${watchIdleMs / 1000} s` });
      const { clock } = this.environment;
      yield* guard === "none"
        ? stream
        : guardIdle(stream, { idleMs: watchIdleMs, clock, signal: options.signal, onIdle });
    } catch (error) {
      options.signal.throwIfAborted();
      throw this.described(error, attempt);
    }
  }

  private async openStream(call: RestCall, options: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    this.sent += 1;
    const stream = await this.environment.transport.stream(this.httpRequest(call, options));
    this.note(stream.headers);
    if (stream.status >= 200 && stream.status < 300) {
      return stream.body;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of stream.body as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
    const answer = { status: stream.status, headers: stream.headers, body: Buffer.concat(chunks).toString("utf8") };
    throw new TransportError(classifyAnswer(answer, this.environment.clock.now()));
  }

  private async answered<T>(call: RestCall, options: CallOptions, read: (answer: Answer) => T): Promise<T> {
    const { clock, random, log, target } = this.environment;
    const once = async (): Promise<T> => read(await this.once(call, options));
    // A write that may have happened is not sent again; one that the server put off (429) has not.
    const retried = async (): Promise<T> => await this.queue.run(options.priority ?? "normal", options.signal, once);
    if (!call.repeatable) {
      return await retried();
    }
    return await withRetry(retried, {
      clock,
      random,
      signal: options.signal,
      onRetry: (error, attempt, delayMs) =>
        log.info(`retrying ${call.attempt.verb}: ${error.text.why}`, {
          hub: target,
          attempt,
          delayMs: Math.round(delayMs),
        }),
    });
  }

  private async once(call: RestCall, options: CallOptions): Promise<Answer> {
    this.sent += 1;
    try {
      const answer = await this.environment.transport.send(this.httpRequest(call, options));
      this.note(answer.headers);
      if (answer.status >= 200 && answer.status < 300) {
        return answer;
      }
      const failure = classifyAnswer(answer, this.environment.clock.now());
      if (call.apply === true && failure.reason === "Conflict") {
        throw describeApplyConflict(this.attempt(call), failure, fieldConflicts(answer.body));
      }
      throw describeFailure(this.attempt(call), failure);
    } catch (error) {
      options.signal.throwIfAborted();
      throw this.described(error, this.attempt(call));
    }
  }

  private parse<T>(call: RestCall, answer: Answer): T {
    try {
      // The API server promises objects of the requested resource; readers narrow what they use.
      return JSON.parse(answer.body) as T;
    } catch (error) {
      const message = `the answer is no JSON: ${answer.body.slice(0, 100)}`;
      throw describeFailure(this.attempt(call), { reason: "BadResponse", status: answer.status, message }, error);
    }
  }

  private attempt(call: RestCall): Attempt {
    return { target: this.environment.target, server: this.environment.server, ...call.attempt };
  }

  private described(error: unknown, attempt: Attempt): unknown {
    if (error instanceof TransportError) {
      return describeFailure(attempt, error.failure, error.cause);
    }
    if (error instanceof Error && "code" in error && typeof error.code === "string") {
      return describeFailure(
        attempt,
        { reason: "Unreachable", status: 0, message: `${error.message} (${error.code})` },
        error,
      );
    }
    return error;
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

  private note(headers: Answer["headers"]): void {
    const header = headers["warning"];
    const texts = header === undefined ? [] : typeof header === "string" ? [header] : header;
    for (const text of texts) {
      // RFC 9110: `299 - "text"`; several are joined with commas.
      for (const match of text.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)) {
        this.seenWarnings.add((match[1] ?? "").replace(/\\(.)/g, "$1"));
      }
    }
  }
}
