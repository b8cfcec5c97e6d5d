import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { bundleReference, bundleTaskRefs, pinImage } from "../../../images/build/render.ts";

const pipeline = `apiVersion: tekton.dev/v1
kind: Pipeline
metadata:
  name: area-operation
spec:
  tasks:
    - name: first
      taskRef:
        name: area-first
      # Two minutes more than its deadline.
      timeout: 22m0s
  finally:
    - name: last
      taskRef:
        name: area-last
`;

const bundle = `registry.example.com/fairlead/area-tasks@sha256:${"a".repeat(64)}`;

describe("rendering", () => {
  test("pins the image by tag and digest wherever the placeholder stands", () => {
    expect(pinImage("image: fairlead.invalid/step:0.0.0\nimage: other:1\n", "r/step:1@sha256:2")).toBe(
      "image: r/step:1@sha256:2\nimage: other:1\n",
    );
  });

  test("lets each task of a Pipeline, finally included, come from the bundle", () => {
    const { spec } = parse(bundleTaskRefs(pipeline, bundle));
    const reference = (name: string): object => ({
      resolver: "bundles",
      params: [
        { name: "bundle", value: bundle },
        { name: "name", value: name },
        { name: "kind", value: "task" },
      ],
    });
    expect(spec.tasks[0].taskRef).toEqual(reference("area-first"));
    expect(spec.finally[0].taskRef).toEqual(reference("area-last"));
  });

  test("changes nothing else: comments and order stay", () => {
    const rendered = bundleTaskRefs(pipeline, bundle);
    expect(rendered).toContain("      # Two minutes more than its deadline.\n      timeout: 22m0s\n");
    const without = (text: string): object => {
      const document = parse(text);
      for (const task of [...document.spec.tasks, ...document.spec.finally]) delete task.taskRef;
      return document;
    };
    expect(without(rendered)).toEqual(without(pipeline));
  });

  test("leaves a manifest without tasks as it is", () => {
    const text = "apiVersion: v1\nkind: Secret # kept\nmetadata:\n  name: s\n";
    expect(bundleTaskRefs(text, bundle)).toBe(text);
  });

  test("refers to a Pipeline as to a Task", () => {
    expect(bundleReference("pipeline", "area-operation", bundle).params).toContainEqual({
      name: "kind",
      value: "pipeline",
    });
  });
});
