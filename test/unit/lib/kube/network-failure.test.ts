import { describe, expect, test } from "@jest/globals";
import { networkFailure } from "../../../../steps/lib/kube/network-failure.ts";

function raised(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

describe("a request without an answer", () => {
  test.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"])(
    "%s never reached the server",
    (code) => {
      expect(networkFailure(raised(code, `connect ${code} 10.0.0.1:6443`))).toEqual({
        reason: "Unreachable",
        status: 0,
        message: `connect ${code} 10.0.0.1:6443`,
        untouched: true,
      });
    },
  );

  test.each(["ECONNRESET", "EPIPE", "ETIMEDOUT"])("%s may have been carried out", (code) => {
    expect(networkFailure(raised(code, "socket hang up"))).toEqual({
      reason: "Unreachable",
      status: 0,
      message: `socket hang up (${code})`,
    });
  });

  test("is told by the first of several addresses", () => {
    const error = new AggregateError([raised("ECONNREFUSED", "connect ECONNREFUSED ::1:6443")], "");
    expect(networkFailure(error).message).toBe("connect ECONNREFUSED ::1:6443");
  });

  test.each([
    ["CERT_HAS_EXPIRED", "certificate has expired"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "self-signed certificate"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames"],
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "certificate required"],
  ])("%s is a matter of trust, not of the network", (code, message) => {
    expect(networkFailure(raised(code, message))).toEqual({
      reason: "TlsFailed",
      status: 0,
      message: `${message} (${code})`,
    });
  });

  test("does not advise how to start Node", () => {
    const words =
      "unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca";
    expect(networkFailure(raised("UNABLE_TO_VERIFY_LEAF_SIGNATURE", words)).message).toBe(
      "unable to verify the first certificate (UNABLE_TO_VERIFY_LEAF_SIGNATURE)",
    );
  });

  test("says in plain words that there is no TLS", () => {
    const words =
      "write EPROTO 00DC:error:0A00010B:SSL routines:tls_validate_record_header:wrong version number:../deps/x.c:77:\n";
    expect(networkFailure(raised("EPROTO", words))).toEqual({
      reason: "TlsFailed",
      status: 0,
      message: "what answers at this address does not speak TLS",
    });
  });

  test("does not tell the address of a proxy, which may hold a password", () => {
    const words =
      "Failed to establish tunnel to hub:6443 via http://user:secret@proxy:3128: HTTP/1.1 407 Proxy Authentication Required";
    expect(networkFailure(raised("ERR_PROXY_TUNNEL", words)).message).toBe(
      "the proxy opened no tunnel: 407 Proxy Authentication Required (ERR_PROXY_TUNNEL)",
    );
  });
});
