import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type TektonObject, tektonObject } from "../../../images/build/area-manifests.ts";
import { writeBundleLayout } from "../../../images/build/bundle-layout.ts";
import { tarOfOneFile } from "../../../images/build/tar-of-one-file.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fairlead-layout-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

function task(name: string): TektonObject {
  const text = `apiVersion: tekton.dev/v1\nkind: Task\nmetadata:\n  name: ${name}\nspec:\n  description: für ${name}\n`;
  return tektonObject(text, `${name}.yaml`);
}

function blob(digest: string): Buffer {
  return readFileSync(join(folder, "blobs/sha256", digest.replace("sha256:", "")));
}

describe("a bundle as an OCI layout", () => {
  test("has one layer per object, found by the three annotations that Tekton looks for", async () => {
    const { digest } = await writeBundleLayout(folder, "a-tasks", [task("one"), task("two")]);
    const manifest = JSON.parse(blob(digest).toString());
    expect(manifest.layers).toMatchObject([
      {
        mediaType: "application/vnd.oci.image.layer.v1.tar",
        annotations: {
          "dev.tekton.image.apiVersion": "v1",
          "dev.tekton.image.kind": "task",
          "dev.tekton.image.name": "one",
        },
      },
      { annotations: { "dev.tekton.image.name": "two" } },
    ]);
  });

  test("has layers that tar unpacks to the object's own text", async () => {
    const { digest } = await writeBundleLayout(folder, "a-tasks", [task("one")]);
    const [layer] = JSON.parse(blob(digest).toString()).layers;
    const listed = execFileSync("tar", ["-tvf", "-"], { input: blob(layer.digest), encoding: "utf8" });
    expect(listed).toMatch(/^-rw-r--r-- 0\/0 .* one\n$/);
    const text = execFileSync("tar", ["-xOf", "-", "one"], { input: blob(layer.digest), encoding: "utf8" });
    expect(text).toBe(task("one").text);
  });

  test("names every blob by its hash, and the manifest in its index", async () => {
    const { digest, size } = await writeBundleLayout(folder, "a-tasks", [task("one"), task("two")]);
    for (const name of readdirSync(join(folder, "blobs/sha256"))) {
      expect(createHash("sha256").update(blob(name)).digest("hex")).toBe(name);
    }
    expect(JSON.parse(readFileSync(join(folder, "index.json"), "utf8")).manifests).toMatchObject([{ digest, size }]);
  });

  test("keeps its digest from build to build and takes another with the text", async () => {
    const first = await writeBundleLayout(folder, "a-tasks", [task("one")]);
    expect(await writeBundleLayout(folder, "a-tasks", [task("one")])).toEqual(first);
    const changed = { ...task("one"), text: `${task("one").text}# more\n` };
    expect((await writeBundleLayout(folder, "a-tasks", [changed])).digest).not.toBe(first.digest);
  });

  test("holds 18 objects and refuses the nineteenth, before Tekton would at 20 layers", async () => {
    const tasks = Array.from({ length: 19 }, (_, index) => task(`t${index}`));
    await expect(writeBundleLayout(folder, "a-tasks", tasks.slice(1))).resolves.toBeDefined();
    await expect(writeBundleLayout(folder, "a-tasks", tasks)).rejects.toThrow(
      "the bundle a-tasks has 19 objects, more than 18; split the area",
    );
  });

  test("refuses one object twice, and none", async () => {
    await expect(writeBundleLayout(folder, "a-tasks", [task("one"), task("one")])).rejects.toThrow(
      "the bundle a-tasks has Task one twice",
    );
    await expect(writeBundleLayout(folder, "a-tasks", [])).rejects.toThrow("the bundle a-tasks has no object");
  });
});

describe("a manifest for a bundle", () => {
  test("of two documents is refused: it would be pushed as one layer and not be found", () => {
    expect(() => tektonObject(`${task("one").text}---\n${task("two").text}`, "both.yaml")).toThrow(
      "both.yaml must hold one object",
    );
  });
});

describe("an archive of one file", () => {
  test.each([0, 511, 512, 513])("of %d bytes is whole blocks and gives the bytes back", (size) => {
    const content = Buffer.alloc(size, "x");
    const archive = tarOfOneFile("file", content);
    expect(archive.length % 512).toBe(0);
    expect(execFileSync("tar", ["-xOf", "-"], { input: archive })).toEqual(content);
  });

  test.each(["", "a b", "ü", "x".repeat(101)])("refuses the name %j", (name) => {
    expect(() => tarOfOneFile(name, Buffer.alloc(0))).toThrow(`"${name}" is no name for a file in an archive`);
  });
});
