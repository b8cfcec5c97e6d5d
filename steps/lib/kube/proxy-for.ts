import { BlockList, isIP } from "node:net";
import { kubeconfigError } from "./kubeconfig-error.ts";

export type Variable = (name: string) => string | undefined;

function hasRange(entry: string, host: string): boolean {
  const [network = "", bits = ""] = entry.split("/", 2);
  const family = isIP(network) === 6 ? "ipv6" : "ipv4";
  if (
    isIP(network) === 0 ||
    isIP(host) === 0 ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (family === "ipv6" ? 128 : 32)
  ) {
    return false;
  }
  const range = new BlockList();
  range.addSubnet(network, Number(bits), family);
  return range.check(host, isIP(host) === 6 ? "ipv6" : "ipv4");
}

function covers(entry: string, host: string, port: string): boolean {
  if (entry === "*") {
    return true;
  }
  if (entry.includes("/")) {
    return hasRange(entry, host);
  }
  const [, name = entry, onlyPort] = /^(.*?)(?::(\d+))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) {
    return false;
  }
  const plain = name.replace(/^\[|\]$/g, "").toLowerCase();
  if (plain.startsWith(".") || plain.startsWith("*.")) {
    return host.endsWith(plain.replace(/^\*/, ""));
  }
  return host === plain || host.endsWith(`.${plain}`);
}

/**
 * Whether a `NO_PROXY` list covers the server, by the rules of `kubectl` (Go's httpproxy): names with their
 * subdomains, `.name` for subdomains alone, addresses, ranges (`10.0.0.0/8`), each with an optional port, `*`; loopback
 * addresses never go through a proxy.
 */
export function bypassesProxy(server: URL, list: string): boolean {
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const port = server.port === "" ? "443" : server.port;
  if (host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."))) {
    return true;
  }
  return list
    .split(",")
    .map((entry) => entry.trim())
    .some((entry) => entry !== "" && covers(entry, host, port));
}

/**
 * The proxy towards a server: `proxy-url` of the kubeconfig, else `HTTPS_PROXY` unless `NO_PROXY` covers the server.
 *
 * @throws FairleadError KUBE-24 for a proxy that is not http or https
 */
export function proxyFor(server: URL, own: string | undefined, variable: Variable, label: string): string | undefined {
  const either = (name: string): string => variable(name) || variable(name.toLowerCase()) || "";
  const fromEnvironment = bypassesProxy(server, either("NO_PROXY")) ? "" : either("HTTPS_PROXY");
  const proxy = own ?? fromEnvironment;
  if (proxy === "") {
    return undefined;
  }
  const protocol = URL.canParse(proxy) ? new URL(proxy).protocol : "";
  if (protocol !== "http:" && protocol !== "https:") {
    // Going around it in silence would reach another network than the one that was meant.
    throw kubeconfigError("KUBE-24", label, {
      what: "cannot be used with its proxy",
      why: `${own === undefined ? "HTTPS_PROXY" : "proxy-url"} is no http or https address`,
      fix: "name an HTTP proxy, for example http://proxy.example.com:3128",
    });
  }
  return proxy;
}
