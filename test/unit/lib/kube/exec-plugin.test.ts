import { describe, expect, test } from "@jest/globals";
import { execPluginProof, parseExecCredential } from "../../../../steps/lib/kube/exec-plugin.ts";
import { recordingLogger } from "../state/state-fixtures.ts";

function credential(status: unknown): string {
  return JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status });
}

describe("what a login program prints", () => {
  test("may be a token with its end", () => {
    const end = "2026-11-24T12:00:00Z";
    expect(parseExecCredential(credential({ token: "t", expirationTimestamp: end }))).toEqual({
      token: "t",
      expiresAt: Date.parse(end),
    });
  });

  test("may be a client certificate", () => {
    expect(parseExecCredential(credential({ clientCertificateData: "c", clientKeyData: "k" }))).toEqual({
      clientCertificate: { certificate: "c", key: "k" },
    });
  });

  test.each([
    ["secret-token", "what it printed is no JSON"],
    ['"secret-token"', "what it printed is no ExecCredential with a status"],
    [credential(undefined), "what it printed is no ExecCredential with a status"],
    [credential({ token: "" }), "its ExecCredential holds neither a token nor a client certificate with its key"],
    [credential({ token: { secret: "secret-token" } }), "neither a token nor a client certificate"],
    [credential({ clientCertificateData: "c" }), "neither a token nor a client certificate"],
  ])("is refused without a word of it: %s", (output, message) => {
    let words = "";
    try {
      parseExecCredential(output);
    } catch (error) {
      words = String(error);
    }
    expect(words).toContain(message);
    expect(words).not.toContain("secret-token");
  });
});

test("a login program is over when it has ended, though what it started holds its output", async () => {
  const { log, lines } = recordingLogger();
  // Until nobody reads what it says any more, as the pipes of a test that fails must not outlive it.
  const agent = "(while echo waiting >&2; do sleep 0.05; done) &";
  const script = `${agent} echo 'log in, please' >&2; printf '%s' '${credential({ token: "t" })}'`;
  const plugin = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "sh",
    args: ["-c", script],
    environment: [],
    installHint: undefined,
  };
  const options = { label: "a kubeconfig", folder: ".", log };
  expect(await execPluginProof(plugin, options)).toEqual({ token: "t" });
  expect(lines).toContain("info sh: log in, please");
});
