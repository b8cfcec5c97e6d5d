import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { metricsAddress, pushMetrics } from "../../../steps/baseline/metrics/push-metrics.ts";
import { metricsOf, pushMetricsOf } from "../../../steps/baseline/reconcile/push-metrics-of.ts";
import { recordingLogger } from "../lib/state/state-fixtures.ts";
import { assetRecord, failedAt, runRecord, swapIdentity } from "./support/run-records.ts";

interface Received {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

describe("the metrics of a run that had nothing to look after", () => {
  const assets = [assetRecord("swap-enable", { result: "unchanged" }, { identity: swapIdentity })];

  test.each(["disabled", "hco-not-found"] as const)(
    "B-12-52 say of %s that it succeeded, and nothing of objects",
    (ending) => {
      const record = runRecord({ ending: { ending }, finishedAt: 1_700_000_000_000, assets });
      const text = metricsOf({ record, state: undefined }, "1.2.3") ?? "";
      expect(text).toContain("\nkubevirt_autopilot_last_success_timestamp_seconds 1700000000\n");
      expect(text).toContain('\nkubevirt_autopilot_info{version="1.2.3"} 1\n');
      expect(text).not.toContain("kind=");
    },
  );

  test("are none for a dry run, and for one that never came to its state", () => {
    const dry = runRecord({ ending: { ending: "disabled" }, isDryRun: true });
    const locked = runRecord({ ending: { ending: "locked", holder: "another run" } });
    expect([dry, locked].map((record) => metricsOf({ record, state: undefined }, "1.2.3"))).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("metrics are pushed", () => {
  let server: Server | undefined;
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  /** A gateway that answers so, and what it got. */
  async function gateway(status: number, text = ""): Promise<{ readonly url: string; readonly got: Received[] }> {
    const got: Received[] = [];
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (part: string) => {
        body += part;
      });
      request.on("end", () => {
        got.push({ method: request.method, path: request.url, type: request.headers["content-type"], body });
        response.writeHead(status).end(text);
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server?.once("listening", resolve));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got };
  }

  const push = (url: string) => pushMetrics({ url, text: "a 1\n", signal: AbortSignal.timeout(10_000) });

  test("by one PUT, in place of those of the run before", async () => {
    const { url, got } = await gateway(200);
    expect(await push(`${url}/below/`)).toBeUndefined();
    expect(got).toEqual([
      {
        method: "PUT",
        path: "/below/metrics/job/virt-platform-autopilot",
        type: "text/plain; version=0.0.4; charset=utf-8",
        body: "a 1\n",
      },
    ]);
  });

  test("and what the gateway says against it is told", async () => {
    const { url } = await gateway(400, "pushed metrics are invalid\n");
    expect(await push(url)).toBe("it answered 400: pushed metrics are invalid");
  });

  test("never to an address where clouds hand out credentials", async () => {
    expect(await push("http://169.254.169.254")).toMatch(/^its address is not contacted: /);
  });

  test("and a gateway that is not there is a warning that names it", async () => {
    const { log, lines } = recordingLogger();
    const { url } = await gateway(200);
    await new Promise((resolve) => server?.close(resolve));
    await pushMetricsOf({ record: runRecord() }, "a 1\n", { url, log, signal: AbortSignal.timeout(10_000) });
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn the metrics could not be pushed to http:\/\/127\.0\.0\.1:\d+\/metrics\/job\/virt-platform-autopilot, which changes nothing else: .*ECONNREFUSED/,
      ),
    ]);
  });

  test("not by a run that stopped before it came to all assets, which would take away what is known of the others", async () => {
    const { log, lines } = recordingLogger();
    const { url, got } = await gateway(200);
    const hco = assetRecord("hco-golden-config", failedAt("apply"));
    const stopped = [runRecord({ ending: { ending: "error", error: "no nodes" } }), runRecord({ assets: [hco] })];
    for (const record of stopped) {
      await pushMetricsOf({ record }, "a 1\n", { url, log, signal: AbortSignal.timeout(10_000) });
    }
    const why = "warn the metrics are not pushed, since this run did not come to all assets";
    expect({ got, lines }).toEqual({ got: [], lines: [why, why] });
  });

  test("nowhere unless an address is given, nor without metrics", async () => {
    const { log, lines } = recordingLogger();
    const { url, got } = await gateway(200);
    const signal = AbortSignal.timeout(10_000);
    await pushMetricsOf({ record: runRecord() }, "a 1\n", { url: "", log, signal });
    await pushMetricsOf({ record: runRecord() }, undefined, { url, log, signal });
    expect({ got, lines }).toEqual({ got: [], lines: [] });
  });
});

test("an address is one of the job, whatever slashes it ends with", () => {
  expect(metricsAddress("http://gateway:9091//")).toBe("http://gateway:9091/metrics/job/virt-platform-autopilot");
});
