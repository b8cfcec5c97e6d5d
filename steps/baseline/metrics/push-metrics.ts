import { exchangeText } from "../../lib/net/exchange-text.ts";
import { OutboundRefused } from "../../lib/net/outbound-policy.ts";

// A person who runs the platform names the gateway: mostly a Service of the cluster, without TLS, or a pod's neighbour.
const policy = { plainHttp: true, loopback: true } as const;
const timeoutMs = 10_000;
const job = "virt-platform-autopilot";

export interface Push {
  /** Of the gateway; what lies below it is added. */
  readonly url: string;
  /** Prometheus text. */
  readonly text: string;
  readonly signal: AbortSignal;
}

/** Where the metrics of this job are at a gateway (Prometheus Pushgateway 1.x). Pure. */
export function metricsAddress(url: string): string {
  return `${url.replace(/\/+$/, "")}/metrics/job/${job}`;
}

/**
 * Puts the metrics of a run in place of those of the run before: whatever is not among them is gone from the gateway.
 *
 * @returns why that failed; `undefined` where it did not
 */
export async function pushMetrics({ url, text, signal }: Push): Promise<string | undefined> {
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  try {
    const request = { url: metricsAddress(url), policy, headers, body: text, timeoutMs, signal };
    const answer = await exchangeText("PUT", request);
    if (answer.status >= 200 && answer.status < 300) return undefined;
    return `it answered ${answer.status}${answer.text === "" ? "" : `: ${answer.text.trim().slice(0, 200)}`}`;
  } catch (error) {
    if (error instanceof OutboundRefused) return `its address is not contacted: ${error.message}`;
    return error instanceof Error ? error.message : String(error);
  }
}
