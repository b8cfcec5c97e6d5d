import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** What a person who writes the configuration may permit beyond the usual. */
export interface OutboundPolicy {
  /** `http:` too; otherwise only `https:`. */
  readonly plainHttp: boolean;
  /** Addresses of this very host or pod. */
  readonly loopback: boolean;
}

/** A destination that is never contacted. The message is for people and names no path or query: they may hold a token. */
export class OutboundRefused extends Error {
  override readonly name = "OutboundRefused";
}

function ranges(entries: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of entries) list.addSubnet(network, bits, isIP(network) === 6 ? "ipv6" : "ipv4");
  return list;
}

const loopback = ranges([
  ["127.0.0.0", 8],
  ["::1", 128],
]);

// Where clouds answer with credentials: link-local for most, the others are Alibaba Cloud, Azure's wire server and AWS by IPv6.
const metadata = ranges([
  ["169.254.0.0", 16],
  ["fe80::", 10],
  ["100.100.100.200", 32],
  ["168.63.129.16", 32],
  ["fd00:ec2::", 32],
]);

const nobody = ranges([
  ["0.0.0.0", 8],
  ["::", 128],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["ff00::", 8],
]);

/** IPv4 addresses in the clothes of IPv6: mapped, compatible, NAT64 and 6to4 all lead to the IPv4 one. */
function embeddedIpv4(address: string): string | undefined {
  if (isIP(address) !== 6) return undefined;
  const { hostname } = new URL(`http://[${address.replace(/%.*$/, "")}]`);
  const words = expand(hostname.slice(1, -1));
  const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join(".");
  const [first = 0, second = 0, third = 0] = words;
  if (first === 0x2002) return dotted(second, third);
  const zeros = (from: number, to: number): boolean => words.slice(from, to).every((word) => word === 0);
  const mapped = zeros(0, 5) && (words[5] === 0xffff || (words[5] === 0 && (words[6] !== 0 || (words[7] ?? 0) > 1)));
  const nat64 = first === 0x64 && second === 0xff9b && zeros(2, 6);
  return mapped || nat64 ? dotted(words[6] ?? 0, words[7] ?? 0) : undefined;
}

function expand(address: string): readonly number[] {
  const [head = "", tail] = address.split("::");
  const words = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16));
  const [left, right] = [words(head), words(tail ?? "")];
  return tail === undefined ? left : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

/** Why this IP address is not contacted; `undefined` when it is. Pure. */
export function refusedAddress(address: string, policy: OutboundPolicy): string | undefined {
  const plain = embeddedIpv4(address) ?? address.replace(/%.*$/, "");
  const family = isIP(plain) === 6 ? "ipv6" : "ipv4";
  if (metadata.check(plain, family)) return "it is a link-local or metadata address, where clouds hand out credentials";
  if (nobody.check(plain, family)) return "it is an unspecified, multicast or reserved address";
  if (!policy.loopback && loopback.check(plain, family)) return "it is a loopback address";
  return undefined;
}

/** The URL, when its form and, for a literal address, its host may be contacted. @throws OutboundRefused */
export function outboundUrl(text: string, policy: OutboundPolicy): URL {
  if (!URL.canParse(text)) throw new OutboundRefused("it is no URL");
  const url = new URL(text);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && policy.plainHttp)) {
    throw new OutboundRefused(
      `its protocol is ${url.protocol.slice(0, 20)} and only ${policy.plainHttp ? "http: and " : ""}https: is used`,
    );
  }
  if (url.username !== "" || url.password !== "") throw new OutboundRefused("it holds a user name or password");
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const why = isIP(host) === 0 ? undefined : refusedAddress(host, policy);
  if (why !== undefined) throw new OutboundRefused(why);
  return url;
}

/**
 * Name resolution for a connection: an address that is refused fails the connection. What is checked is what is connected
 * to, so that a name that answers differently the second time leads nowhere else.
 */
export function guardedLookup(policy: OutboundPolicy): LookupFunction {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found: readonly LookupAddress[]) => {
      if (error !== null) {
        callback(error, "", 0);
        return;
      }
      const refused = found.map(({ address }) => refusedAddress(address, policy)).find((why) => why !== undefined);
      const [first] = found;
      if (refused !== undefined || first === undefined) {
        callback(
          new OutboundRefused(`${hostname} leads to an address that is not contacted: ${refused ?? "none"}`),
          "",
          0,
        );
      } else if (options.all === true) callback(null, [...found]);
      else callback(null, first.address, first.family);
    });
  };
}
