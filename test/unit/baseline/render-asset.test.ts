import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readYamlObject } from "../../../steps/baseline/template/read-yaml-object.ts";
import { type RenderContext, renderStatic, renderTemplate } from "../../../steps/baseline/template/render-asset.ts";
import { renderInContext } from "../../../steps/baseline/template/render-loaded-asset.ts";
import { templateEngine } from "../../../steps/baseline/template/template-engine.ts";
import type { JsonObject } from "../../../steps/lib/json/json.ts";
import { anyCharacter } from "../../support/any-character.ts";
import { entryOf } from "./support/operator-golden.ts";

const engine = templateEngine();
const empty: RenderContext = { HCO: {}, Hardware: {}, Topology: {}, Images: {}, Params: {}, Lookups: {}, Files: {} };

const asset = (spec: string): string => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: one
spec:
  ${spec}
`;

function spec(template: string, context: Partial<RenderContext> = {}): unknown {
  const rendered = renderTemplate(engine, asset(template), { ...empty, ...context });
  return rendered.state === "rendered" ? rendered.object["spec"] : rendered;
}

const hco = (of: JsonObject): Partial<RenderContext> => ({ HCO: { metadata: { name: "hco" }, spec: of } });

describe("a template", () => {
  test("puts out values as what they are", () => {
    const values = { n: 3, t: "3", b: true, list: [1], map: { a: null } };
    expect(
      spec(
        "{n: {{ HCO.spec.n }}, t: {{ HCO.spec.t }}, b: {{ HCO.spec.b }}, list: {{ HCO.spec.list }}, map: {{ HCO.spec.map }}}",
        hco(values),
      ),
    ).toEqual(values);
  });

  test("puts out the value of a path, or another where the path leads nowhere", () => {
    expect(spec("{a: {{ HCO | dig: 'spec.a.b', 7 }}, c: {{ HCO | dig: 'spec.c', 8 }}}", hco({ a: { b: 1 } }))).toEqual({
      a: 1,
      c: 8,
    });
  });

  test("may leave a name out where another value is given for it", () => {
    expect(spec("a: {{ HCO.spec.none | default: 5 }}", hco({}))).toEqual({ a: 5 });
  });

  test("asks conditions, also of what is not there", () => {
    expect(spec("a: {% if HCO.spec.on %}1{% elsif Topology.isHCP %}2{% else %}3{% endif %}", hco({}))).toEqual({
      a: 3,
    });
  });

  test("may set names, and keeps the braces of others", () => {
    expect(
      spec(`{% assign who = HCO.metadata.name %}{a: {{ who }}, b: "{% raw %}{{ $labels.x }}{% endraw %}"}`, hco({})),
    ).toEqual({
      a: "hco",
      b: "{{ $labels.x }}",
    });
  });

  test("writes a boolean as a text where a text is wanted", () => {
    expect(spec("a: {{ HCO.spec.on | text }}", hco({ on: true }))).toEqual({ a: "true" });
  });

  test("reads what an annotation says in JSON", () => {
    expect(
      spec("a: {{ HCO.spec.env | from_json | dig: 'LOG_LEVEL', 'info' }}", hco({ env: '{"LOG_LEVEL":"debug"}' })),
    ).toEqual({ a: "debug" });
  });

  test("packs files, the same bytes each time", () => {
    const context = { Files: { "a.py": "print(1)\n" } };
    const packed = spec("a: {{ Files['a.py'] | gzip_base64 }}", context) as { readonly a: string };
    expect(gunzipSync(Buffer.from(packed.a, "base64")).toString()).toBe("print(1)\n");
    expect(spec("a: {{ Files['a.py'] | gzip_base64 }}", context)).toEqual(packed);
    expect(spec("a: {{ Files['a.py'] | base64 }}", context)).toEqual({ a: btoa("print(1)\n") });
  });

  test("is not applicable where it says nothing but white space and comments", () => {
    const template = "# a comment\n{% if Hardware.gpuPresent %}apiVersion: v1{% endif %}\n";
    expect(renderTemplate(engine, template, empty)).toEqual({ state: "not-applicable" });
  });

  test("leaves no value a way out of its place", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: anyCharacter }),
          fc.constantFrom("x\nkind: Secret", '"}', "{{ HCO }}", "&a", "*a", "!!js x", "- 1"),
        ),
        (value) => {
          expect(spec("{a: {{ HCO.spec.v }}, b: 1}", hco({ v: value }))).toEqual({ a: value, b: 1 });
        },
      ),
    );
  });
});

describe("a template fails", () => {
  test.each([
    ["by a name that does not exist", "a: {{ HCO.spec.none }}", "undefined variable"],
    ["by a parameter that is not given", "a: {{ Params.none }}", "undefined variable"],
    ["by what objects inherit", "a: {{ HCO.constructor }}", "undefined variable"],
    ["by a filter that does not exist", "a: {{ 1 | none }}", "undefined filter"],
    ["by an annotation that is no JSON", "a: {{ 'x' | from_json }}", "JSON"],
    ["by a file that is not there", "{% include 'other' %}", "ENOENT"],
    ["by a filter for texts on a number", "a: {{ 1 | base64 }}", "base64 takes a text, and got number"],
    ["by wrong YAML", "a: [", "what was rendered is no object"],
    ["by a key twice", "{a: 1, a: 2}", "what was rendered is no object"],
    ["by an alias", "{a: &x 1, b: *x}", "it has an alias"],
    ["by two documents", "a: 1\n---\napiVersion: v1", "it has 2 documents"],
  ])("%s", (_given, template, reason) => {
    expect(spec(template)).toMatchObject({ state: "failed", reason: expect.stringContaining(reason) });
  });

  test.each(["apiVersion", "kind", "metadata.name"])("without %s", (field) => {
    const parts: Record<string, string> = { apiVersion: "v1", kind: "A", "metadata.name": "n" };
    const given = { ...parts, [field]: "" };
    const text = `{apiVersion: "${given["apiVersion"]}", kind: "${given["kind"]}", metadata: {name: "${given["metadata.name"]}"}}`;
    expect(renderStatic(text)).toEqual({ state: "failed", reason: `what was rendered has no ${field}` });
  });

  test("by an end that it does not reach", () => {
    const endless = "{% for a in (1..100000) %}{% for b in (1..100000) %}x{% endfor %}{% endfor %}";
    expect(renderTemplate(engine, endless, empty)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("limit"),
    });
  });
});

describe("a function that renders an asset", () => {
  test("fails that asset alone where it breaks, by the first line of the error", () => {
    const broken: RenderContext = {
      ...empty,
      get Lookups(): JsonObject {
        throw new RangeError("Maximum call stack size exceeded\n  at line 7");
      },
    };
    expect(renderInContext({ entry: entryOf("ksm-cluster-monitoring") }, broken, engine)).toEqual({
      state: "failed",
      reason: "Maximum call stack size exceeded",
    });
  });
});

describe("the YAML of an asset", () => {
  test("is read by YAML 1.2", () => {
    expect(readYamlObject("{a: yes, b: 0644, c: 2026-01-01, d: 0o644}")).toEqual({
      state: "read",
      object: { a: "yes", b: 644, c: "2026-01-01", d: 420 },
    });
  });

  test("may be a hundred deep, and no deeper", () => {
    const nested = (depth: number): string => `${"{a: ".repeat(depth - 1)}1${"}".repeat(depth - 1)}`;
    expect(readYamlObject(nested(100)).state).toBe("read");
    expect(readYamlObject(nested(101))).toEqual({ state: "invalid", reason: "it is nested deeper than 100" });
  });

  test.each(["", "\n# c\n", "---\n", "null", "---\n---\n"])("is empty: %j", (text) => {
    expect(readYamlObject(text)).toEqual({ state: "empty" });
  });

  test.each(["- a", "text", "1"])("is no map: %s", (text) => {
    expect(readYamlObject(text)).toEqual({ state: "invalid", reason: "it is no map" });
  });
});
