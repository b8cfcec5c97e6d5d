import { errorCode } from "../errors/error-code.ts";
import { errorWords } from "./error-words.ts";
import type { KubeFailure } from "./kube-error.ts";

const untrusted =
  /^(CERT_|ERR_TLS_CERT|ERR_SSL_|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER|DECODE|DECRYPT)|INVALID_CA)/;

// No connection came about: the server has not seen the request.
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "ERR_PROXY_TUNNEL",
]);

/** Where names are tried on several addresses, Node (24) wraps their failures in one error without a message. */
function innermost(error: unknown): unknown {
  const errors: unknown = typeof error === "object" && error !== null && "errors" in error ? error.errors : undefined;
  return Array.isArray(errors) && errors.length > 0 ? errors[0] : error;
}

function wordsOf(error: unknown): string {
  const message = errorWords(error);
  // OpenSSL's words carry addresses of its sources, Node's the advice to start it with a flag.
  const wrongVersion = /SSL routines:[^:]*:([^:]+):/.exec(message)?.[1];
  return wrongVersion ?? message.replace(/; if the root CA is installed locally.*$/s, "");
}

/** Why a request has no answer, from the error that Node raised. Pure. */
export function networkFailure(thrown: unknown): KubeFailure {
  const error = innermost(thrown);
  const code = errorCode(error) ?? "";
  const words = wordsOf(error);
  const message = code === "" || words.includes(code) ? words : `${words} (${code})`;
  if (code === "EPROTO" && words.includes("wrong version number")) {
    return { reason: "TlsFailed", status: 0, message: "what answers at this address does not speak TLS" };
  }
  if (untrusted.test(code) || code === "EPROTO") {
    return { reason: "TlsFailed", status: 0, message };
  }
  if (code === "ERR_PROXY_TUNNEL") {
    // Node's message holds the proxy's address, and with it a password that it may carry.
    const answer = /HTTP\/1\.\d (\d{3}[^\r\n]*)/.exec(words)?.[1];
    return {
      reason: "Unreachable",
      status: 0,
      message: `the proxy opened no tunnel${answer === undefined ? "" : `: ${answer}`} (${code})`,
      untouched: true,
    };
  }
  return { reason: "Unreachable", status: 0, message, ...(notConnected.has(code) ? { untouched: true } : {}) };
}
