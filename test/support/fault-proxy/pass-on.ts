import type { IncomingMessage, ServerResponse } from "node:http";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Fault, KubeRequest } from "./types.ts";

/** The server behind the proxy. */
export interface Upstream {
  readonly url: URL;
  /** PEM; absent for a server without TLS. */
  readonly authority?: string;
}

/** One request on its way through the proxy. */
export interface Exchange {
  readonly asked: KubeRequest;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly upstream: Upstream;
}

/** Sends the request on, over a connection of its own, so that no fault of an earlier one can show in a later one. */
export function askUpstream({ upstream, request, response }: Exchange): Promise<IncomingMessage> {
  const { url, authority } = upstream;
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const sent = send(
      {
        host: url.hostname,
        port: url.port,
        method: request.method,
        path: request.url,
        headers: { ...request.headers, host: url.host, connection: "close" },
        agent: false,
        ...(authority === undefined ? {} : { ca: authority }),
      },
      resolve,
    );
    sent.once("error", reject);
    // The client went away: neither its request nor the server's answer is of use.
    response.once("close", () => sent.destroy());
    request.pipe(sent);
  });
}

function copyHead(from: IncomingMessage, to: ServerResponse, omit: readonly string[] = []): void {
  const headers = Object.entries(from.headers).filter(([name]) => !["connection", ...omit].includes(name));
  to.writeHead(from.statusCode ?? 502, Object.fromEntries(headers) as Record<string, string | string[]>); // absent ones are not listed
  to.flushHeaders();
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer); // no encoding is set: chunks are buffers
  return Buffer.concat(chunks);
}

/** Passes the answer on as it is. */
export function passBody(answer: IncomingMessage, response: ServerResponse): void {
  copyHead(answer, response);
  answer.pipe(response);
  answer.once("error", () => response.destroy());
}

type BodyFault = Extract<Fault, { kind: "truncate" | "cut-body" | "slow-body" | "silence" | "cut" }>;

/** Passes the answer on with a fault in its body. */
export async function spoilBody(fault: BodyFault, answer: IncomingMessage, response: ServerResponse): Promise<void> {
  switch (fault.kind) {
    case "truncate": {
      const body = (await readAll(answer)).subarray(0, fault.keepBytes);
      copyHead(answer, response, ["content-length"]);
      response.end(body);
      return;
    }
    case "cut-body": {
      const body = (await readAll(answer)).subarray(0, fault.keepBytes);
      copyHead(answer, response);
      response.write(body, () => response.destroy());
      return;
    }
    case "slow-body":
      return sendSlowly(await readAll(answer), fault, answer, response);
    case "silence": {
      passBody(answer, response);
      const timer = setTimeout(() => {
        answer.unpipe(response).resume();
        fault.onSilence?.();
      }, fault.afterMs);
      response.once("close", () => clearTimeout(timer));
      return;
    }
    case "cut": {
      passBody(answer, response);
      const timer = setTimeout(() => response.destroy(), fault.afterMs);
      response.once("close", () => clearTimeout(timer));
      return;
    }
  }
}

function sendSlowly(
  body: Buffer,
  pace: { readonly bytes: number; readonly everyMs: number },
  answer: IncomingMessage,
  response: ServerResponse,
): void {
  copyHead(answer, response);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(sent, sent + pace.bytes));
    sent += pace.bytes;
    if (sent >= body.length) response.end();
  }, pace.everyMs);
  response.once("close", () => clearInterval(timer));
}
