import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { rendererOf } from "../../../steps/baseline/assets/registry.ts";
import { valueAt } from "../../../steps/lib/json/json.ts";
import { hyperConverged, objectOf, renderEntry } from "./support/operator-golden.ts";

describe("the settings of the cluster's monitoring", () => {
  const render = (config: string) => renderEntry("ksm-cluster-monitoring", { Lookups: { config } });
  const textOf = (config: string): string => {
    const rendered = render(config);
    if (rendered.state !== "rendered") throw new Error(`nothing was rendered: ${rendered.state}`);
    return String(valueAt(rendered.object, ["data", "config.yaml"]));
  };
  /** Ten lines that stand for 10^9 values. */
  const laughs = [..."bcdefghij"].reduce(
    (lines, name, index) => `${lines}${name}: &${name} [${`*${"abcdefghij"[index]},`.repeat(10)}]\n`,
    "a: &a [x,x,x,x,x,x,x,x,x,x]\n",
  );
  const ksmd = { nodeExporter: { collectors: { ksmd: { enabled: true } } } };

  test.each([
    ["no text", ""],
    ["white space", " \n\n"],
    ["only comments", "# nothing yet\n"],
    ["null", "null\n"],
    ["an empty map", "{}\n"],
    ["a section without content", "nodeExporter:\n"],
    ["the collector off", "nodeExporter: {collectors: {ksmd: {enabled: false}}}\n"],
  ])("B-12-72 with %s turn the collector on", (_given, text) => {
    expect(parse(textOf(text))).toEqual(ksmd);
  });

  test("B-12-72 D18 B11 keep other settings, their order and comments", () => {
    const text =
      "# ours\nprometheusK8s:\n  retention: 15d\nnodeExporter:\n  # wanted by the network team\n  collectors:\n    tcpstat:\n      enabled: true\n";
    expect(textOf(text)).toBe(`${text}    ksmd:\n      enabled: true\n`);
  });

  test.each([
    "nodeExporter:\n    collectors:\n            ksmd:   {enabled:   true}   # odd, and theirs\n",
    '{"nodeExporter":{"collectors":{"ksmd":{"enabled":true}}},"a":[1,2]}',
    "a: &x 1\nnodeExporter: {collectors: {ksmd: {enabled: true}}}\nb: *x",
  ])("B-12-72 D18 B11 in which it is on already stay byte for byte: %j", (text) => {
    expect(textOf(text)).toBe(text);
  });

  test("B-12-72 D18 are settled after one merge", () => {
    const once = textOf("prometheusK8s:   {retention: 15d}\n");
    expect(textOf(once)).toBe(once);
  });

  test("fail the asset rather than change what an alias shares with others", () => {
    const text = "base: &b {tcpstat: {enabled: true}}\nnodeExporter:\n  collectors: *b\n";
    expect(render(text)).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("nodeExporter.collectors is no map"),
    });
  });

  test.each([
    ["an alias of nothing", "a: *nope\n", "Unresolved alias"],
    ["a list of ever more lists", laughs, "Excessive alias count"],
    ["brackets without an end", "[".repeat(20_000), "Maximum call stack size exceeded"],
  ])("D18 B11 that have %s fail the asset, whatever the parser does with them", (_given, text, reason) => {
    expect(render(text)).toEqual({ state: "failed", reason: expect.stringContaining(reason) });
    expect(render(text)).toMatchObject({
      reason: expect.stringMatching(/^config.yaml of .* is left as it is: .*; correct it, or set no /),
    });
  });

  test.each([
    ["a section of another by an alias", "nodeExporter: &n {x: 1}\nother: *n\n"],
    ["the collector itself", "nodeExporter: {collectors: {ksmd: &k {enabled: false}, tcpstat: *k}}\n"],
    ["a merge key, beside which ours would hide theirs", "x: &x {collectors: {tcpstat: {}}}\nnodeExporter: {<<: *x}\n"],
  ])("D18 B11 fail the asset rather than change other settings: %s", (_given, text) => {
    expect(render(text)).toEqual({
      state: "failed",
      reason: expect.stringContaining("ksmd cannot be turned on without a change of other settings"),
    });
  });

  test("B-12-72 D18 keep aliases that have nothing to do with the collector", () => {
    const text = "a: &a {retention: 15d}\nb: *a\nc: {<<: *a, d: 1}\nnodeExporter: {collectors: {}}\n";
    expect(parse(textOf(text), { merge: true })).toEqual({ ...parse(text, { merge: true }), ...ksmd });
  });

  test.each([
    ["no YAML", "a: [1", "config.yaml of ConfigMap openshift-monitoring/cluster-monitoring-config"],
    ["a key twice", "a: 1\na: 2\n", "Map keys must be unique"],
    ["two documents", "a: 1\n---\nb: 2\n", "it has 2 documents"],
    ["a list", "- a\n", "it is no map"],
    ["a text", "hello\n", "it is no map"],
    ["a section of another kind", "nodeExporter: on\n", "nodeExporter is no map"],
    [
      "a collector of another kind",
      "nodeExporter: {collectors: {ksmd: true}}\n",
      "nodeExporter.collectors.ksmd is no map",
    ],
  ])("B-12-72 D18 that are %s fail the asset, and are left as they are", (_given, text, reason) => {
    expect(render(text)).toEqual({ state: "failed", reason: expect.stringContaining(reason) });
  });

  test("are not rendered where nobody looked at the live ones", () => {
    expect(renderEntry("ksm-cluster-monitoring", { Lookups: {} })).toEqual({
      state: "failed",
      reason: expect.stringContaining('the look-up "config" gave no text'),
    });
  });
});

describe("the metrics exporter", () => {
  const image = "quay.example/exporter:1";
  const render = (env?: string) =>
    renderEntry("kubevirt-metrics-exporter", {
      Images: { "kubevirt-metrics-exporter": image },
      HCO: hyperConverged(env === undefined ? {} : { "kubevirt-metrics-exporter-env": env }),
    });
  const settings = (env?: string): Readonly<Record<string, unknown>> => {
    const rendered = render(env);
    if (rendered.state !== "rendered") throw new Error(`nothing was rendered: ${rendered.state}`);
    const containers = valueAt(rendered.object, ["spec", "template", "spec", "containers"]);
    const [first] = containers as readonly {
      readonly env: readonly { readonly name: string; readonly value?: string }[];
    }[]; // as rendered
    return Object.fromEntries((first?.env ?? []).map(({ name, value }) => [name, value]));
  };

  test("B-12-73 is nowhere without an image", () => {
    expect(renderEntry("kubevirt-metrics-exporter")).toEqual({ state: "not-applicable" });
  });

  test("B-12-73 has the settings of an annotation, and else the usual ones", () => {
    const { LOG_LEVEL, ...others } = settings('{"LOG_LEVEL":"debug"}');
    const { LOG_LEVEL: usual, ...same } = settings();
    expect([LOG_LEVEL, usual]).toEqual(["debug", "info"]);
    expect(others).toEqual(same);
    expect(Object.keys(same).length).toBe(14);
  });

  test.each([
    ["an empty text is the usual one", '{"EBPF_SCAN_INTERVAL":""}', "EBPF_SCAN_INTERVAL", "30"],
    ["the name of the node is nobody's to set", '{"NODE_NAME":"x"}', "NODE_NAME", undefined],
    ["a name that it does not know is left out", '{"LD_PRELOAD":"x.so"}', "LD_PRELOAD", undefined],
    ["what objects inherit is no setting", '{"__proto__":{"LOG_LEVEL":"x"}}', "LOG_LEVEL", "info"],
  ])("%s", (_rule, env, name, value) => {
    expect(settings(env)[name]).toBe(value);
  });

  test.each([
    ["no JSON", "LOG_LEVEL=debug", "it is no JSON"],
    ["a list", "[]", "it holds something else"],
    ["a value that is no text", '{"ENABLE_QMP":false}', "the value of ENABLE_QMP must be a text in quotes"],
  ])("fails by an annotation with %s", (_given, env, reason) => {
    expect(render(env)).toEqual({ state: "failed", reason: expect.stringContaining(reason) });
  });
});

describe("how nodes are fenced", () => {
  const render = (config: object | string) =>
    renderEntry("fence-agents", {
      HCO: hyperConverged({ "fence-agents-config": typeof config === "string" ? config : JSON.stringify(config) }),
    });

  test("has the usual values for what the user does not say", () => {
    const config = JSON.stringify({ agent: "fence_ipmilan", timeout: "2m" });
    const rendered = objectOf("fence-agents", { HCO: hyperConverged({ "fence-agents-config": config }) });
    expect(valueAt(rendered, ["spec", "template", "spec"])).toEqual({
      agent: "fence_ipmilan",
      retrycount: 5,
      retryinterval: "5s",
      timeout: "2m",
      remediationStrategy: "OutOfServiceTaint",
    });
  });

  test.each([
    ["no JSON", "fence_ipmilan", "it is no JSON"],
    ["no agent", {}, "agent is missing"],
    ["an agent that is none", { agent: "ipmilan" }, "agent must be the name of a fence agent"],
    ["a key that is not known", { agent: "fence_ipmilan", nodeSecretNames: {} }, "nodeSecretNames is unknown"],
    ["what objects inherit", '{"agent":"fence_ipmilan","constructor":1}', "constructor is unknown"],
    ["half a retry", { agent: "fence_ipmilan", retrycount: 0.5 }, "retrycount must be a whole number"],
    ["a time without unit", { agent: "fence_ipmilan", timeout: "60" }, "timeout must be a duration"],
    [
      "another strategy",
      { agent: "fence_ipmilan", remediationStrategy: "Hope" },
      "ResourceDeletion or OutOfServiceTaint",
    ],
    [
      "a parameter that is no text",
      { agent: "fence_ipmilan", sharedparameters: { "--lanplus": true } },
      "a map of texts",
    ],
    [
      "a node parameter without nodes",
      { agent: "fence_ipmilan", nodeparameters: { "--ip": "192.0.2.1" } },
      "a map from node to text",
    ],
    [
      "a password for all nodes",
      { agent: "fence_ipmilan", sharedparameters: { "--password": "x" } },
      "--password looks like a credential",
    ],
    [
      "a password for one node",
      { agent: "fence_ipmilan", nodeparameters: { "--passwd": { "worker-0": "x" } } },
      "name that in sharedSecretName",
    ],
  ])("fails by an annotation with %s", (_given, config, reason) => {
    expect(render(config)).toEqual({ state: "failed", reason: expect.stringContaining(reason) });
  });

  test("never repeats a credential that was written by mistake", () => {
    const rendered = render({ agent: "fence_ipmilan", sharedparameters: { "--password": "hunter2" } });
    expect(JSON.stringify(rendered)).not.toContain("hunter2");
  });

  test("is not applicable without the annotation", () => {
    expect(renderEntry("fence-agents")).toEqual({ state: "not-applicable" });
  });
});

test("a name that objects inherit is no renderer", () => {
  expect(rendererOf("constructor")).toBeUndefined();
});
