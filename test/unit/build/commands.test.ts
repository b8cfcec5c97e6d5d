import { describe, expect, test } from "@jest/globals";
import { parsePlatforms } from "../../../images/build/architecture.ts";
import { sha256 } from "../../../images/build/oci-layout.ts";
import { platformManifest } from "../../../images/build/platform-manifest.ts";
import { releasedImage } from "../../../images/build/release-files.ts";
import { requireRegistry } from "../../../images/build/run-command.ts";
import { runTool } from "../../../images/build/run-tool.ts";

describe("the registry of a command", () => {
  test("is host and path, without a slash at the end", () => {
    expect(requireRegistry("registry.example.com/fairlead/")).toBe("registry.example.com/fairlead");
  });

  test.each([undefined, ""])("given as %j is asked for", (registry) => {
    expect(() => requireRegistry(registry)).toThrow(
      "REGISTRY is missing; give it, for example REGISTRY=registry.example.com/fairlead",
    );
  });

  test("with a scheme is refused", () => {
    expect(() => requireRegistry("https://registry.example.com")).toThrow(
      'REGISTRY "https://registry.example.com" has a scheme; give host and path alone: registry.example.com/fairlead',
    );
  });
});

describe("platforms", () => {
  test.each([
    ["linux/amd64", ["amd64"]],
    ["linux/arm64, linux/amd64", ["arm64", "amd64"]],
    ["linux/arm64,linux/arm64", ["arm64"]],
  ])("%s", (text, architectures) => {
    expect(parsePlatforms(text)).toEqual(architectures);
  });

  test.each(["", "amd64", "linux/s390x", "linux/amd64,"])("%j is refused", (text) => {
    expect(() => parsePlatforms(text)).toThrow(/is no platform of the step image; use linux\/amd64, linux\/arm64/);
  });
});

describe("the manifest of an architecture", () => {
  const amd64 = { mediaType: "m", digest: "sha256:1", size: 1, platform: { architecture: "amd64" } };
  const arm64 = { mediaType: "m", digest: "sha256:2", size: 2, platform: { architecture: "arm64" } };

  test("is that of the index", () => {
    const index = Buffer.from(JSON.stringify({ manifests: [amd64, arm64] }));
    expect(platformManifest(index, "arm64")).toEqual(arm64);
  });

  test("is the image itself where there is no index", () => {
    const manifest = Buffer.from('{"layers":[]}');
    expect(platformManifest(manifest, "amd64")).toEqual({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: sha256(manifest),
      size: manifest.length,
    });
  });
});

describe("the image of a release", () => {
  test("is taken when it has a digest", async () => {
    const image = `registry.example.com/fairlead/step:1@sha256:${"a".repeat(64)}`;
    expect(await releasedImage(`${image}\n`)).toBe(image);
  });

  test("is refused without one: a tag may mean another image tomorrow", async () => {
    await expect(releasedImage("registry.example.com/fairlead/step:1")).rejects.toThrow(
      'IMAGE "registry.example.com/fairlead/step:1" has no digest; give name:tag@sha256:…, as make image prints it',
    );
  });
});

describe("a tool", () => {
  test("reads its input and gives back what it printed", async () => {
    expect(await runTool("cat", [], { input: "hello" })).toBe("hello");
  });

  test("that fails tells its command, exit code and words", async () => {
    await expect(runTool("tar", ["-xf", "/nowhere"])).rejects.toThrow(
      /^tar -xf \/nowhere ended with 2:\n.*No such file/,
    );
  });

  test.each([
    ["cosign", "cosign was not found; put it on PATH; it is at https://docs.sigstore.dev/cosign/"],
    ["skopeo", "skopeo was not found; install it: apt-get install skopeo"],
    ["tkn", "tkn was not found; put it on PATH; it is at https://tekton.dev/docs/cli/"],
    ["no-such-tool", "no-such-tool was not found; put it on PATH"],
  ])("%s that is missing is named, with where to get it", async (tool, message) => {
    await expect(runTool(tool, [], { environment: { PATH: "/nowhere" } })).rejects.toThrow(message);
  });
});
