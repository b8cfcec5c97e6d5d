import type { HttpClient } from "isomorphic-git";
import { exchange } from "../net/exchange.ts";
import type { OutboundPolicy } from "../net/outbound-policy.ts";

/** How a git server is reached. */
export interface GitServer {
  /** Of the repository, without credentials. */
  readonly url: string;
  readonly policy: OutboundPolicy;
  /** Value of the header `Authorization`. */
  readonly authorization?: string;
  /** PEM; absent = the authorities that Node trusts. */
  readonly certificateAuthority?: string;
  /** Of one answer; a pack of all files of a commit is one. */
  readonly maximumAnswerBytes: number;
  /** Of one answer. */
  readonly timeoutMs: number;
}

/** An answer of the server that is none to git. */
export class GitAnswerRefused extends Error {
  override readonly name = "GitAnswerRefused";
}

function refusal(status: number): string | undefined {
  if (status === 401 || status === 403)
    return `it answered HTTP ${status}: the credentials are missing, or not accepted`;
  if (status === 404) return "it answered HTTP 404: there is no such repository, or these credentials do not see it";
  if (status >= 300 && status < 400) return `it answered HTTP ${status}; redirects are not followed`;
  return status === 200 ? undefined : `it answered HTTP ${status}`;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}

/** The body of a request, which isomorphic-git gives in parts. */
async function wholeBody(parts: AsyncIterable<Uint8Array> | undefined): Promise<Uint8Array | undefined> {
  if (parts === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function headerTexts(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value].flat().join(", ")]));
}

/**
 * The transport of isomorphic-git under the outbound policy: bounded in size and time, no redirect, TLS verified. The
 * credentials never reach the library.
 */
export function gitHttp(server: GitServer, signal: AbortSignal): HttpClient {
  const { policy, authorization, certificateAuthority, maximumAnswerBytes, timeoutMs } = server;
  return {
    request: async ({ url, method = "GET", headers = {}, body }) => {
      const sent = await wholeBody(body);
      const answer = await exchange({
        url,
        policy,
        method: method === "POST" ? "POST" : "GET",
        // Some servers speak git only to clients whose name begins so.
        headers: {
          ...headers,
          "user-agent": "git/fairlead",
          ...(authorization === undefined ? {} : { authorization }),
        },
        ...(sent === undefined ? {} : { body: sent }),
        ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
        maximumAnswerBytes,
        timeoutMs,
        signal,
      });
      const why = refusal(answer.status);
      if (why !== undefined) throw new GitAnswerRefused(why);
      return {
        url,
        method,
        statusCode: answer.status,
        statusMessage: "",
        headers: headerTexts(answer.headers),
        body: once(answer.body),
      };
    },
  };
}
