import { describe, expect, test } from "@jest/globals";
import { remembered } from "../../../steps/baseline/template/remembered.ts";
import { type RenderContext, renderStatic, renderTemplate } from "../../../steps/baseline/template/render-asset.ts";
import { templateEngine } from "../../../steps/baseline/template/template-engine.ts";

const context: RenderContext = {
  HCO: { metadata: { name: "one" } },
  Hardware: {},
  Topology: {},
  Images: {},
  Params: {},
  Lookups: {},
  Files: {},
};
const text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata: {a: b}\n";

/** A function that tells for which texts it was called. */
function counted(): { readonly calls: string[]; readonly make: (text: string) => string } {
  const calls: string[] = [];
  const make = (one: string): string => {
    calls.push(one);
    return one.toUpperCase();
  };
  return { calls, make };
}

describe("what is worked out of a text", () => {
  test("is worked out once", () => {
    const { calls, make } = counted();
    const ask = remembered(make, 2);
    expect(["a", "b", "a", "b"].map(ask)).toEqual(["A", "B", "A", "B"]);
    expect(calls).toEqual(["a", "b"]);
  });

  test("is kept for the texts that were asked for last, however many there are", () => {
    const { calls, make } = counted();
    const ask = remembered(make, 2);
    for (const one of ["a", "b", "a", "c", "a", "b"]) ask(one);
    expect(calls).toEqual(["a", "b", "c", "b"]);
  });

  test("is asked for again after an error, and an answer of nothing is one", () => {
    const answers: (() => undefined)[] = [
      () => {
        throw new Error("not yet");
      },
      () => undefined,
    ];
    const ask = remembered(() => answers.shift()?.(), 2);
    expect(() => ask("a")).toThrow("not yet");
    expect([ask("a"), ask("a")]).toEqual([undefined, undefined]);
    expect(answers).toEqual([]);
  });
});

describe("objects that renderings share", () => {
  test.each(["constant", "template"] as const)("cannot be changed by who gets them: of a %s", (of) => {
    const engine = templateEngine();
    const render = () => (of === "constant" ? renderStatic(text, engine.read) : renderTemplate(engine, text, context));
    const first = render();
    if (first.state !== "rendered") throw new Error("it is not rendered");
    expect(() => Object.assign(first.object.metadata, { name: "other" })).toThrow(TypeError);
    expect(() => Object.assign(first.object["data"] ?? {}, { a: "c" })).toThrow(TypeError);
    expect(render()).toEqual({ state: "rendered", object: { ...first.object, data: { a: "b" } } });
  });

  test("are of their own context, though the template is read once", () => {
    const engine = templateEngine();
    const template = text.replace("a: b", "a: {{ HCO.metadata.name }}");
    const names = ["one", "two", "one"].map((name) => {
      const rendered = renderTemplate(engine, template, { ...context, HCO: { metadata: { name } } });
      return rendered.state === "rendered" ? rendered.object["data"] : rendered;
    });
    expect(names).toEqual([{ a: "one" }, { a: "two" }, { a: "one" }]);
  });
});
