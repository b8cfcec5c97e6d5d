import { describe, expect, test } from "@jest/globals";
import {
  guardedLookup,
  OutboundRefused,
  outboundUrl,
  refusedAddress,
} from "../../../../steps/lib/net/outbound-policy.ts";

const strict = { plainHttp: false, loopback: false };

describe("an address that a notice might be sent to", () => {
  test.each([
    ["169.254.169.254"],
    ["169.254.170.2"],
    ["100.100.100.200"],
    ["168.63.129.16"],
    ["fd00:ec2::254"],
    ["fe80::1"],
    ["fe80::1%eth0"],
    ["::ffff:169.254.169.254"],
    ["::ffff:a9fe:a9fe"],
    ["::a9fe:a9fe"],
    ["64:ff9b::169.254.169.254"],
    ["2002:a9fe:a9fe::1"],
    ["127.0.0.1"],
    ["127.8.8.8"],
    ["::1"],
    ["::ffff:127.0.0.1"],
    ["0.0.0.0"],
    ["::"],
    ["224.0.0.1"],
    ["255.255.255.255"],
    ["ff02::1"],
  ])("W-09 %s is refused", (address) => {
    expect(refusedAddress(address, strict)).toBeDefined();
  });

  test.each([
    ["10.1.2.3"],
    ["172.30.0.1"],
    ["192.168.1.1"],
    ["93.184.215.14"],
    ["2606:2800:220:1::1"],
    ["fd12:3456::1"],
    ["::ffff:10.0.0.1"],
  ])("W-09 %s is contacted: receivers stand in private networks too", (address) => {
    expect(refusedAddress(address, strict)).toBeUndefined();
  });

  test("W-09 loopback is contacted where the configuration says so, metadata never", () => {
    const open = { plainHttp: true, loopback: true };
    expect(refusedAddress("127.0.0.1", open)).toBeUndefined();
    expect(refusedAddress("169.254.169.254", open)).toBeDefined();
  });
});

describe("a URL that a notice might be sent to", () => {
  test.each([
    ["http://hooks.example.com/x", "protocol"],
    ["file:///etc/passwd", "protocol"],
    ["https://user:pass@hooks.example.com/x", "password"],
    ["https://169.254.169.254/latest", "link-local"],
    ["https://2852039166/latest", "link-local"],
    ["https://0xa9fea9fe/", "link-local"],
    ["https://[::ffff:169.254.169.254]/", "link-local"],
    ["https://[::1]/", "loopback"],
    ["nonsense", "no URL"],
  ])("W-09 %s is refused", (url, why) => {
    expect(() => outboundUrl(url, strict)).toThrow(OutboundRefused);
    expect(() => outboundUrl(url, strict)).toThrow(why);
  });

  test("W-09 a name that leads to a refused address fails the connection", async () => {
    const answer = new Promise((resolve) => guardedLookup(strict)("localhost", {}, (error) => resolve(error)));
    expect(await answer).toBeInstanceOf(OutboundRefused);
  });
});
