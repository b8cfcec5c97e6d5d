import { request } from "node:https";

export interface HttpsRequest {
  readonly url: string;
  /** PEM of the only authority that is trusted. */
  readonly authority: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface HttpsResponse {
  readonly status: number;
  readonly body: string;
}

/** One GET on a connection of its own, with the server's certificate verified. */
export function httpsGet(wanted: HttpsRequest): Promise<HttpsResponse> {
  return new Promise((resolve, reject) => {
    const call = request(
      wanted.url,
      {
        ca: wanted.authority,
        headers: { ...wanted.headers },
        agent: false,
        signal: AbortSignal.timeout(wanted.timeoutMs),
      },
      (response) => {
        let body = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          body += chunk;
        });
        response.once("error", reject);
        response.once("end", () => resolve({ status: response.statusCode ?? 0, body }));
      },
    );
    call.once("error", reject);
    call.end();
  });
}
