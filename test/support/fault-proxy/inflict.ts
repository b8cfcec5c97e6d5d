import { askUpstream, type Exchange, passBody, spoilBody } from "./pass-on.ts";
import { statusBody } from "./status-body.ts";
import type { Fault } from "./types.ts";

type Answer = Extract<Fault, { kind: "answer" }>;

function answerItself(fault: Answer, { asked, response }: Exchange): void {
  const { status, retryAfter, message, headers, body } = fault;
  response.writeHead(status, {
    "content-type": body === undefined ? "application/json" : "text/plain",
    ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) }),
    ...headers,
  });
  response.end(body ?? statusBody(status, asked, message));
}

function errorEvent(fault: Extract<Fault, { kind: "error-event" }>, { asked, response }: Exchange): void {
  response.writeHead(200, { "content-type": "application/json" });
  const object: unknown = JSON.parse(statusBody(fault.status, asked, fault.message));
  response.end(`${JSON.stringify({ type: "ERROR", object })}\n`);
}

/** Lets the server carry the request out to its end; its answer goes nowhere. */
async function carryOut(exchange: Exchange): Promise<void> {
  const answer = await askUpstream(exchange);
  await new Promise((done) => answer.resume().once("close", done));
}

/** Deals with one request: passes it on, or lets `fault` happen to it. */
export async function inflict(fault: Fault | undefined, exchange: Exchange): Promise<void> {
  const { response } = exchange;
  if (fault === undefined) return passBody(await askUpstream(exchange), response);
  switch (fault.kind) {
    case "answer":
      return answerItself(fault, exchange);
    case "error-event":
      return errorEvent(fault, exchange);
    case "reset":
      if (fault.when === "after") await carryOut(exchange);
      response.destroy();
      return;
    case "hang":
      if (fault.when === "after") await carryOut(exchange);
      fault.onHang?.();
      return;
    default:
      return await spoilBody(fault, await askUpstream(exchange), response);
  }
}
