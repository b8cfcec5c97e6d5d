import { describe, expect, test } from "@jest/globals";
import {
  commitUrl,
  fileUrl,
  gitHub,
  upstreamAddresses,
  upstreamPolicy,
} from "../../../../steps/baseline/crds/upstream-addresses.ts";
import { sourceOf } from "../support/crd-files.ts";

const thing = sourceOf("Thing", { ref: "release/4.21" });
const at = (files: string, commits = gitHub.commits) =>
  upstreamAddresses({ "upstream-files": files, "upstream-commits": commits });

function refusal(files: string, commits?: string): unknown {
  try {
    return at(files, commits);
  } catch (error) {
    return error;
  }
}

describe("the addresses of a source", () => {
  test("are those of GitHub", () => {
    expect(fileUrl(thing, undefined, gitHub)).toBe(
      "https://raw.githubusercontent.com/example/operator/release/4.21/crds/things.yaml",
    );
    expect(commitUrl(thing, gitHub)).toBe("https://api.github.com/repos/example/operator/commits/release%2F4.21");
  });

  test("are below those of a mirror, with or without a slash at its end", () => {
    const mirror = at("https://git.example.com/raw/", "https://git.example.com/api/v3/repos//");
    expect(fileUrl(thing, "c".repeat(40), mirror)).toBe(
      `https://git.example.com/raw/example/operator/${"c".repeat(40)}/crds/things.yaml`,
    );
    expect(commitUrl(thing, mirror)).toBe(
      "https://git.example.com/api/v3/repos/example/operator/commits/release%2F4.21",
    );
  });

  test.each([
    ["no URL", "git.example.com/raw", "it is no URL"],
    ["without TLS", "http://git.example.com", "only https: is used"],
    ["of another protocol", "file:///srv/mirror", "only https: is used"],
    ["with a password", "https://me:secret@git.example.com", "it holds a user name or password"],
    ["of the metadata of a cloud", "https://169.254.169.254", "clouds hand out credentials"],
    ["of all interfaces", "http://0.0.0.0:8080", "only https: is used"],
  ])("are refused: %s", (_given, address, why) => {
    const text = (parameter: string) => ({
      id: "BASE-CRD-05",
      what: `no CRD can be fetched from the address in ${parameter}`,
      why: expect.stringContaining(why),
    });
    expect(refusal(address)).toMatchObject({ exitCode: 2, text: text("upstream-files") });
    expect(refusal(gitHub.files, address)).toMatchObject({ exitCode: 2, text: text("upstream-commits") });
  });

  test("are not repeated where they hold a password", () => {
    expect(JSON.stringify(refusal("https://me:secret@git.example.com"))).not.toContain("secret");
  });
});

describe("a mirror without TLS", () => {
  test.each(["http://127.0.0.1:8080", "http://localhost", "http://[::1]:1"])("may be on this host: %s", (address) => {
    expect(upstreamPolicy(address)).toEqual({ plainHttp: true, loopback: true });
  });

  test.each([
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "https://raw.githubusercontent.com",
    "127.0.0.1",
  ])("may be nowhere else: %s", (address) => {
    expect(upstreamPolicy(address)).toEqual({ plainHttp: false, loopback: false });
  });
});
