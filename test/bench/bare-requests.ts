// What everybody would write who has Node and nothing else: the floors send their requests by it.
import { Agent, request } from "node:https";

export interface BareServer {
  readonly url: string;
  /** PEM of its authority. */
  readonly authority: string;
  readonly token: string;
}

export interface BareRequest {
  readonly method: "GET" | "PATCH";
  readonly path: string;
  readonly body?: string;
  /** Of the body; a JSON merge patch unless it says otherwise. */
  readonly contentType?: string;
}

export type Send = (wanted: BareRequest) => Promise<string>;

/** Sends requests over connections that stay open, and resolves with the text of each answer. */
export function bareRequests({ url, authority, token }: BareServer): Send {
  const agent = new Agent({ keepAlive: true, ca: authority });
  const authorization = `Bearer ${token}`;
  return ({ method, path, body, contentType = "application/merge-patch+json" }) =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization,
        ...(body === undefined ? {} : { "content-type": contentType }),
      };
      const sent = request(`${url}${path}`, { agent, method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`${method} ${path} answered ${response.statusCode}: ${text.slice(0, 200)}`));
        });
      });
      sent.once("error", reject);
      sent.end(body);
    });
}
