import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { hideSecret, isSecretKey, redactText } from "../../../../steps/lib/log/redact-text.ts";

const jwt = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJrdWJlcm5ldGVzIn0.c2lnbmF0dXJlLWJ5dGVz";
const base64 = "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=";

const table: readonly (readonly [title: string, text: string, secret: string])[] = [
  ["a bearer token", "GET failed with Authorization: Bearer abcdef0123456789", "abcdef0123456789"],
  ["a basic credential", "header Basic dXNlcjpwYXNzd29yZA==", "dXNlcjpwYXNzd29yZA"],
  ["a JSON web token anywhere", `token is ${jwt}!`, jwt],
  ["an OpenShift token", "sha256~AbCdEfGhIjKlMnOpQrStUvWxYz0123456789", "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"],
  ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc\n-----END RSA PRIVATE KEY-----", "MIIE"],
  ["a private key that was cut off", "-----BEGIN PRIVATE KEY-----\nMIIEabc", "MIIEabc"],
  ["key data of a kubeconfig", `users:\n- user:\n    client-key-data: ${base64}\n`, base64],
  ["certificate data of a kubeconfig", `certificate-authority-data: ${base64}`, base64],
  ["a token in YAML", "    token: sometoken-123456", "sometoken-123456"],
  ["a token in JSON", '{"token":"some token, with spaces"}', "some token, with spaces"],
  ["a token in JSON inside a string", String.raw`body was "{\"token\":\"abc.def-123\"}"`, "abc.def-123"],
  ["a password in a query", "https://host/path?password=hunter2hunter&x=1", "hunter2hunter"],
  ["a password in a URL", "https://admin:s3cr3tpass@registry.example/path", "s3cr3tpass"],
  ["keys of object storage", "aws_secret_access_key: wJalrXUtnFEMIK7MDENG", "wJalrXUtnFEMIK7MDENG"],
];

describe("redactText", () => {
  test.each(table)("hides %s", (_title, text, secret) => {
    const safe = redactText(text);
    expect(safe).toContain("[hidden]");
    expect(safe).not.toContain(secret);
  });

  test.each([
    "token expired on hub primary",
    "secret acm-switchover/primary-kubeconfig not found",
    "password: none",
    "BackupSchedule open-cluster-management-backup/schedule-acm is paused",
    "https://api.hub.example:6443/apis/velero.io/v1/backups?limit=500&continue=abcdefghijkl",
    "the Bearer of this message",
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ])("leaves %j as it is", (text) => {
    expect(redactText(text)).toBe(text);
  });

  test("hides a registered secret wherever it appears", () => {
    hideSecret("correct-horse-battery");
    expect(redactText("a correct-horse-battery b")).toBe("a [hidden] b");
  });

  test("does not hide short values, which are words of ordinary text", () => {
    hideSecret("hub");
    expect(redactText("hub")).toBe("hub");
  });

  test("hides a token of any form in any surroundings", () => {
    const token = fc.stringMatching(/^[A-Za-z0-9._~+/-]{16,64}$/);
    fc.assert(
      fc.property(
        fc.string(),
        token,
        fc.string(),
        (before, secret, after) => !redactText(`${before} Bearer ${secret}\n${after}`).includes(secret),
      ),
    );
  });

  test("takes time in proportion to the length of hostile text", () => {
    // Of the processor: what others do on this machine does not count.
    const before = process.cpuUsage();
    for (const part of ["token: ", '\\"', "-----BEGIN PRIVATE KEY-----", "eyJ", "a://", "Bearer "])
      redactText(part.repeat(20_000));
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
  });
});

describe("isSecretKey", () => {
  test.each(["token", "Authorization", "client-key-data", "password", "accessToken", "client_secret"])(
    "knows %s",
    (key) => {
      expect(isSecretKey(key)).toBe(true);
    },
  );

  test.each(["tokens", "secretName", "name", "passwordless"])("does not take %s for a secret", (key) => {
    expect(isSecretKey(key)).toBe(false);
  });
});
