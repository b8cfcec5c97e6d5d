import { describe, expect, test } from "@jest/globals";
import { bypassesProxy, proxyFor } from "../../../../steps/lib/kube/proxy-for.ts";

const server = new URL("https://api.hub.example.com:6443");

function variables(values: Readonly<Record<string, string>>) {
  return (name: string): string | undefined => values[name];
}

describe("NO_PROXY", () => {
  test.each([
    ["api.hub.example.com", true],
    ["example.com", true],
    [".example.com", true],
    ["*.example.com", true],
    ["API.HUB.example.com", true],
    ["other.com, hub.example.com", true],
    ["*", true],
    ["api.hub.example.com:6443", true],
    ["api.hub.example.com:443", false],
    ["ample.com", false],
    [".api.hub.example.com", false],
    ["", false],
    [" , ", false],
    ["10.0.0.0/8", false],
  ])("%j covers api.hub.example.com:6443: %s", (list, covered) => {
    expect(bypassesProxy(server, list)).toBe(covered);
  });

  test.each([
    ["https://10.1.2.3:6443", "10.0.0.0/8", true],
    ["https://11.1.2.3:6443", "10.0.0.0/8", false],
    ["https://10.1.2.3:6443", "10.1.2.3", true],
    ["https://10.1.2.3:6443", "10.0.0.0/99", false],
    ["https://[fd00::1]:6443", "fd00::/8", true],
    ["https://[fd00::1]:6443", "fd00::1", true],
    ["https://[fd00::1]:6443", "10.0.0.0/8", false],
    ["https://api.hub", "api.hub:443", true],
  ])("%s is covered by %s: %s", (address, list, covered) => {
    expect(bypassesProxy(new URL(address), list)).toBe(covered);
  });

  test.each(["https://127.0.0.1:6443", "https://localhost", "https://[::1]:6443"])("always covers %s", (address) => {
    expect(bypassesProxy(new URL(address), "")).toBe(true);
  });
});

describe("the proxy towards a server", () => {
  test("is that of the environment", () => {
    expect(proxyFor(server, undefined, variables({ HTTPS_PROXY: "http://proxy:3128" }), "x")).toBe("http://proxy:3128");
    expect(proxyFor(server, undefined, variables({ https_proxy: "http://proxy:3128" }), "x")).toBe("http://proxy:3128");
  });

  test("is none where NO_PROXY covers the server", () => {
    const environment = variables({ HTTPS_PROXY: "http://proxy:3128", no_proxy: "example.com" });
    expect(proxyFor(server, undefined, environment, "x")).toBeUndefined();
  });

  test("is that of the kubeconfig before all others, NO_PROXY or not", () => {
    const environment = variables({ HTTPS_PROXY: "http://other:3128", NO_PROXY: "*" });
    expect(proxyFor(server, "http://own:8080", environment, "x")).toBe("http://own:8080");
  });

  test.each(["socks5://proxy:1080", "proxy:3128", "nonsense"])(
    "is never left out in silence: %s is refused",
    (proxy) => {
      expect(() => proxyFor(server, proxy, variables({}), "/secret/kubeconfig")).toThrow(
        "KUBE-24: kubeconfig /secret/kubeconfig cannot be used with its proxy",
      );
      expect(() => proxyFor(server, undefined, variables({ HTTPS_PROXY: proxy }), "x")).toThrow("KUBE-24");
    },
  );
});
