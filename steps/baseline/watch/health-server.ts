import { createServer, type Server } from "node:http";
import { baselineError } from "../baseline-error.ts";
import { baselineExit } from "../failure/exit-code.ts";
import type { Readiness } from "./readiness.ts";

// The kubelet sends one short request at a time.
const requestTimeoutMs = 5_000;
const maximumHeaderBytes = 8_192;

function answerOf(
  method: string | undefined,
  path: string | undefined,
  readiness: Readiness,
): readonly [number, string] {
  if (method !== "GET" && method !== "HEAD") return [405, "only GET"];
  switch (path) {
    case "/healthz":
      return [200, "ok"];
    case "/readyz": {
      const { reasons } = readiness;
      return reasons.length === 0 ? [200, "ok"] : [503, reasons.join("\n")];
    }
    default:
      return [404, "there are /healthz and /readyz"];
  }
}

function healthServer(readiness: Readiness): Server {
  const limits = {
    requestTimeout: requestTimeoutMs,
    headersTimeout: requestTimeoutMs,
    maxHeaderSize: maximumHeaderBytes,
  };
  return createServer(limits, (request, response) => {
    const [status, text] = answerOf(request.method, request.url, readiness);
    response.writeHead(status, { "content-type": "text/plain; charset=utf-8", connection: "close" });
    response.end(`${text}\n`);
    request.resume();
  });
}

/**
 * Answers the kubelet's probes: `/healthz` while the process can answer at all, `/readyz` while it sees everything.
 *
 * @param port 0 for a free one
 * @returns its port, and what stops it
 * @throws FairleadError BASE-WATCH-01 where the port cannot be had
 */
export async function serveHealth(
  readiness: Readiness,
  port: number,
): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = healthServer(readiness);
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject);
  server.listen(port, () => listening.resolve());
  try {
    await listening.promise;
  } catch (error) {
    throw baselineError(
      "BASE-WATCH-01",
      {
        what: `port ${port} cannot be listened on for the probes`,
        why: error instanceof Error ? error.message : String(error),
        fix: "give a free port with --health-port, above 1023 for an account without privileges, or 0 for none",
      },
      baselineExit.error,
    );
  }
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    close: async () => {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      server.closeAllConnections();
      await closed.promise;
    },
  };
}
