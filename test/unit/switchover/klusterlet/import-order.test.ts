import { describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { readImportOrder } from "../../../../steps/switchover/klusterlet/import-order.ts";

const namespace = "open-cluster-management-agent";
const encode = (text: string): string => Buffer.from(text).toString("base64");
const kubeconfig = (server: string): string => stringify({ clusters: [{ name: "hub", cluster: { server } }] });

function bootstrap(changes: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "bootstrap-hub-kubeconfig", namespace },
    data: { kubeconfig: encode(kubeconfig("https://api.west.example.com:6443")) },
    ...changes,
  };
}

const secretOf = (text: string) => ({ metadata: { name: "c1-import" }, data: { "import.yaml": encode(text) } });
const manifest = (...documents: readonly object[]) =>
  secretOf(documents.map((document) => stringify(document)).join("---\n"));

describe("what a cluster's import Secret orders", () => {
  test("is the bootstrap Secret among the documents, and the host that it leads to", () => {
    const other = { apiVersion: "v1", kind: "Secret", metadata: { name: "pull", namespace }, data: { a: "eA==" } };
    expect(readImportOrder(manifest(other, bootstrap()), namespace)).toEqual({
      state: "read",
      order: {
        host: "api.west.example.com",
        data: { kubeconfig: encode(kubeconfig("https://api.west.example.com:6443")) },
      },
    });
  });

  test("may be written as plain strings", () => {
    const plain = bootstrap({ data: undefined, stringData: { kubeconfig: kubeconfig("https://w.example.com") } });
    expect(readImportOrder(manifest(plain), namespace)).toMatchObject({ order: { host: "w.example.com" } });
  });

  test.each([
    ["there is no Secret", undefined, "no import Secret"],
    ["the Secret has no manifest", { metadata: { name: "c1-import" } }, "holds no Secret bootstrap-hub-kubeconfig"],
    ["the manifest is no YAML", secretOf("a: [1"), "is no YAML"],
    [
      "no document is the bootstrap Secret",
      manifest({ kind: "Namespace", metadata: { name: "x" } }),
      "holds no Secret",
    ],
    [
      "the klusterlet lives elsewhere",
      manifest(bootstrap({ metadata: { name: "bootstrap-hub-kubeconfig", namespace: "mine" } })),
      "but in mine",
    ],
    ["its kubeconfig is none", manifest(bootstrap({ data: { kubeconfig: encode("x") } })), "names no hub"],
  ])("is unusable where %s", (_case, secret, why) => {
    expect(readImportOrder(secret, namespace)).toEqual({ state: "unusable", why: expect.stringContaining(why) });
  });

  test("of a manifest that is no YAML says nothing of what it holds", () => {
    const order = readImportOrder(secretOf('token: "secret-value\nx: [1'), namespace);
    expect(JSON.stringify(order)).not.toContain("secret-value");
  });
});
