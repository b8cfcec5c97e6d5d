import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { areas, maximumObjects } from "../../images/build/area-manifests.ts";
import { writePipelineBundle, writeTaskBundle } from "../../images/build/bundle.ts";
import { imagePlaceholder } from "../../images/build/render.ts";
import { entries, type Manifest, objectsOf } from "./support/manifests.ts";

const image = `registry.example.com/fairlead/step:1@sha256:${"a".repeat(64)}`;

/** A layer as Tekton's resolver sees it. */
interface Layer {
  readonly kind: string;
  readonly name: string;
  readonly text: string;
  readonly object: Manifest;
}

interface Descriptor {
  readonly digest: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const tarBlock = 512;

function readLayers(folder: string, digest: string): readonly Layer[] {
  const read = (name: string): Buffer => readFileSync(join(folder, "blobs/sha256", name.replace("sha256:", "")));
  const { layers }: { readonly layers: readonly Descriptor[] } = JSON.parse(read(digest).toString());
  return layers.map((layer) => {
    // One file behind one header: the rest is zeros.
    const text = read(layer.digest).subarray(tarBlock).toString().replace(/\0+$/, "");
    const kind = layer.annotations["dev.tekton.image.kind"] ?? "";
    return { kind, name: layer.annotations["dev.tekton.image.name"] ?? "", text, object: parse(text) };
  });
}

describe.each(await areas())("the bundles of %s", (area) => {
  let folder: string;
  let tasksReference: string;
  let tasks: readonly Layer[];
  let pipelines: readonly Layer[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "fairlead-bundles-"));
    const taskBundle = await writeTaskBundle({ area, image, folder });
    tasksReference = `registry.example.com/fairlead/${taskBundle.name}@${taskBundle.digest}`;
    const pipelineBundle = await writePipelineBundle({ area, folder }, tasksReference);
    tasks = readLayers(join(folder, taskBundle.name), taskBundle.digest);
    pipelines = readLayers(join(folder, pipelineBundle.name), pipelineBundle.digest);
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test("hold every Task and every Pipeline of the area, each where its annotations say", () => {
    const named = (kind: string, from: string): readonly string[] =>
      objectsOf(kind, from).map((object) => object.metadata.name);
    expect(tasks.map((layer) => layer.name)).toEqual([...named("Task", `tasks/${area}`)].sort());
    expect(pipelines.map((layer) => layer.name)).toEqual([...named("Pipeline", `pipelines/${area}`)].sort());
    for (const { kind, name, object } of [...tasks, ...pipelines]) {
      expect([kind, name]).toEqual([object.kind.toLowerCase(), object.metadata.name]);
    }
  });

  test("stay below Tekton's limit of 20 layers", () => {
    expect(Math.max(tasks.length, pipelines.length)).toBeLessThanOrEqual(maximumObjects);
  });

  test("pin the image by digest in every Task", () => {
    for (const { object, text } of tasks) {
      expect(entries(object.spec, "steps").map((step) => step["image"])).toEqual([image]);
      expect(text).not.toContain(imagePlaceholder);
    }
  });

  test("lead every task of a Pipeline to a Task of the Task bundle, by digest", () => {
    const known = tasks.map((layer) => layer.name);
    for (const { object } of pipelines) {
      for (const task of [...entries(object.spec, "tasks"), ...entries(object.spec, "finally")]) {
        const reference = task["taskRef"] as Readonly<Record<string, unknown>>;
        // A gate is a type of the cluster, and in no bundle.
        if (reference["kind"] === "ApprovalTask") continue;
        const params = new Map(entries(reference, "params").map((param) => [param.name, param["value"]]));
        expect([reference["resolver"], params.get("bundle"), params.get("kind")]).toEqual([
          "bundles",
          tasksReference,
          "task",
        ]);
        expect(known).toContain(params.get("name"));
      }
    }
  });
});
