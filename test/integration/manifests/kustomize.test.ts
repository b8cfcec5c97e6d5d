import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse, parseAllDocuments } from "yaml";
import { areas } from "../../../images/build/area-manifests.ts";
import { imagePlaceholder, renderManifests } from "../../../images/build/render.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");
const digest = `sha256:${"a".repeat(64)}`;
const image = `registry.example.com/fairlead/step:1.2.3@${digest}`;

interface Built {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** Folders whose kustomization is of this kind. A component is nothing without what it changes. */
async function findKustomizations(kind: "Kustomization" | "Component"): Promise<readonly string[]> {
  const folders = ["tasks", "pipelines", "triggers", "rbac"].map((name) => join(root, name));
  const entries = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })));
  const files = entries
    .flat()
    .filter((entry) => entry.name === "kustomization.yaml")
    .map((entry) => join(entry.parentPath, entry.name));
  const kinds = await Promise.all(files.map(async (file) => parse(await readFile(file, "utf8")).kind));
  return files
    .filter((_file, index) => kinds[index] === kind)
    .map((file) => relative(root, dirname(file)))
    .sort();
}

const kustomizations = await findKustomizations("Kustomization");
const components = await findKustomizations("Component");
const allAreas = await areas();

let kubectl: string;
let folder: string;

/** What `kubectl apply -k` would send. */
async function build(path: string): Promise<{ readonly text: string; readonly objects: readonly Built[] }> {
  const { stdout } = await run(kubectl, ["kustomize", path], { maxBuffer: 16 * 1024 * 1024 });
  return { text: stdout, objects: parseAllDocuments(stdout).map((document) => document.toJS()) };
}

/** A kustomization of a user, over the project's. */
async function overlay(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "kustomization.yaml"), text);
  return path;
}

function named(objects: readonly Built[], kind: string): readonly string[] {
  return objects.filter((object) => object.kind === kind).map((object) => object.metadata.name);
}

beforeAll(async () => {
  kubectl = (await ensurePrograms(["kubectl"]))["kubectl"] ?? "kubectl";
  folder = await mkdtemp(join(tmpdir(), "fairlead-kustomize-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("kubectl kustomize", () => {
  test.each(kustomizations)("builds %s", async (path) => {
    const { objects } = await build(join(root, path));
    expect(objects.length).toBeGreaterThan(0);
    expect(objects.filter((object) => object?.metadata?.name === undefined)).toEqual([]);
  });

  test.each(components)("builds what the component %s changes, the same objects as without it", async (path) => {
    const [changed, plain] = [join(root, path), join(root, dirname(path))];
    const name = `component-${basename(path)}`;
    const from = (to: string): string => relative(join(folder, name), to);
    const text = `resources:\n  - ${from(plain)}\ncomponents:\n  - ${from(changed)}\n`;
    const [after, before] = [await build(await overlay(name, text)), await build(plain)];
    expect(after.objects.map(({ kind, metadata }) => [kind, metadata.name])).toEqual(
      before.objects.map(({ kind, metadata }) => [kind, metadata.name]),
    );
    expect(after.text).not.toBe(before.text);
  });

  test.each(allAreas)("replaces the image of the Tasks of %s, which it would not find by itself", async (area) => {
    const { text, objects } = await build(
      await overlay(
        `image-${area}`,
        [
          "resources:",
          `  - ${relative(join(folder, `image-${area}`), join(root, "tasks", area))}`,
          "images:",
          `  - name: ${imagePlaceholder.split(":")[0]}`,
          "    newName: registry.example.com/mirror/step",
          `    digest: ${digest}`,
        ].join("\n"),
      ),
    );
    expect(objects.length).toBeGreaterThan(0);
    expect(text).not.toContain(imagePlaceholder);
    expect(text.match(/registry\.example\.com\/mirror\/step@sha256:/g)).toHaveLength(objects.length);
  });
});

describe.each(allAreas)("the rendered manifests of %s", (area) => {
  test("build with every image pinned, all in one namespace", async () => {
    const { text, objects } = await build(await renderManifests(area, image, join(folder, "by-name")));
    expect(text).not.toContain(imagePlaceholder);
    expect(named(objects, "Task").length).toBeGreaterThan(0);
    expect(named(objects, "Pipeline").length).toBeGreaterThan(0);
    const placed = objects.filter((object) => !object.kind.startsWith("Cluster"));
    expect(new Set(placed.map((object) => object.metadata.namespace))).toEqual(new Set(["fairlead"]));
  });

  test("in their bundle form hold no Task: every Pipeline takes its own from the bundle", async () => {
    const tasksBundle = `registry.example.com/fairlead/${area}-tasks@${digest}`;
    const { objects } = await build(await renderManifests(area, image, join(folder, "by-bundle"), { tasksBundle }));
    expect(named(objects, "Task")).toEqual([]);
    const pipelines = objects.filter((object) => object.kind === "Pipeline");
    expect(pipelines.length).toBeGreaterThan(0);
    for (const { spec } of pipelines) {
      const text = JSON.stringify(spec);
      const count = (what: RegExp): number => (text.match(what) ?? []).length;
      // The gates are no Tasks of ours: the cluster has them or has them not.
      const references = count(/"taskRef":/g) - count(/"kind":"ApprovalTask"/g);
      expect(references).toBeGreaterThan(0);
      expect(text.split(JSON.stringify(tasksBundle))).toHaveLength(references + 1);
    }
  });
});
