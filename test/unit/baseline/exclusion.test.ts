import { matchesGlob } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { matches, readGlob } from "../../../steps/baseline/exclusion/glob.ts";
import { isExcluded, readRules } from "../../../steps/baseline/exclusion/read-rules.ts";
import type { Identity } from "../../../steps/baseline/object/managed-object.ts";

const is = (pattern: string, name: string): boolean => matches(readGlob(pattern), name);

describe("a pattern for names", () => {
  test.each([
    ["90-*", "90-worker-swap-online", true],
    ["90-*", "190-x", false],
    ["*", "", true],
    ["", "", true],
    ["", "a", false],
    ["clus?er", "cluster", true],
    ["clus?er", "cluer", false],
    ["[abc]x", "bx", true],
    ["[a-c]x", "dx", false],
    ["[^a-c]x", "dx", true],
    ["[^a]", "a", false],
    ["[a\\-z]", "-", true],
    ["[a\\-z]", "b", false],
    ["[\\]]", "]", true],
    ["a\\*", "a*", true],
    ["a\\*", "ab", false],
    ["*.kubevirt.io", "a.kubevirt.io", true],
    ["a.c", "abc", false],
    ["A*", "abc", false],
    ["*", "a/b", false],
    ["*/*", "a/b", true],
    ["a?b", "a/b", false],
    ["[^x]", "/", false],
    ["?", "😀", true],
  ])("B-12-58 %s on '%s': %s", (pattern, name, expected) => {
    expect(is(pattern, name)).toBe(expected);
  });

  test.each(["[", "[]", "[a", "[^]", "[a-]", "[-a]", "[z-a", "a\\", "[\\"])(
    "%s is malformed and matches nothing",
    (pattern) => {
      expect(readGlob(pattern)).toEqual({ state: "malformed" });
      expect(is(pattern, pattern)).toBe(false);
    },
  );

  test("that is made to take long does not", () => {
    expect(is(`${"a*".repeat(100)}c`, "a".repeat(253))).toBe(false);
  });

  test("says what Node's own glob says of simple names", () => {
    const character = fc.constantFrom("a", "b", "*", "?", "-");
    const name = fc.array(fc.constantFrom("a", "b", "-"), { minLength: 1, maxLength: 8 }).map((all) => all.join(""));
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 6 }), name, (pattern, given) => {
        // Node's takes `**` for more than a run.
        const text = pattern.join("").replaceAll(/\*+/g, "*");
        expect(is(text, given)).toBe(matchesGlob(given, text));
      }),
    );
  });

  const letter = fc.constantFrom("a", "b", "-", ".", "*", "?", "[", "]", "^", "\\", "/", "é", "😀");
  const text = fc.array(letter, { maxLength: 8 }).map((all) => all.join(""));
  const escaped = (name: string): string => [...name].map((character) => `\\${character}`).join("");

  test("matches one name alone where every character of it is escaped", () => {
    fc.assert(
      fc.property(text, text, (name, other) => {
        expect(is(escaped(name), other)).toBe(name === other);
      }),
    );
  });

  test("means what a regular expression made of the same parts means", () => {
    const part = fc.oneof(
      fc.constantFrom("a", "b", "-", "é").map((character) => [character, character] as const),
      fc.constant(["*", "[^/]*"] as const),
      fc.constant(["?", "[^/]"] as const),
      fc.constantFrom("[ab]", "[a-c]", "[^ab]").map((set) => [set, `(?!/)${set}`] as const),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 6 }), text, (parts, name) => {
        const expression = new RegExp(`^${parts.map(([, one]) => one).join("")}$`, "us");
        expect(is(parts.map(([one]) => one).join(""), name)).toBe(expression.test(name));
      }),
    );
  });

  test("is read whatever it is", () => {
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: "binary" })), text, (pattern, name) => {
        const glob = readGlob(pattern);
        if (glob.state === "malformed") expect(matches(glob, name)).toBe(false);
        else expect(typeof matches(glob, name)).toBe("boolean");
      }),
    );
  });
});

const descheduler: Identity = {
  apiVersion: "operator.openshift.io/v1",
  kind: "KubeDescheduler",
  name: "cluster",
  namespace: "openshift-kube-descheduler-operator",
};
const machineConfig: Identity = {
  apiVersion: "machineconfiguration.openshift.io/v1",
  kind: "MachineConfig",
  name: "90-worker-swap-online",
  namespace: "",
};

function excluded(text: string, identity: Identity): boolean {
  const read = readRules(text);
  if (read.state === "invalid") throw new Error(read.reason);
  return isExcluded(read.rules, identity);
}

describe("rules of what is excluded", () => {
  test.each([
    ["B-12-55 by kind and pattern", "- {kind: MachineConfig, name: '90-*'}", machineConfig, true],
    ["B-12-57 not by another case", "- {kind: machineconfig, name: '90-*'}", machineConfig, false],
    [
      "B-12-58 by namespace",
      "- {kind: KubeDescheduler, name: 'clus?er', namespace: 'openshift-kube-*'}",
      descheduler,
      true,
    ],
    [
      "B-12-59 no cluster-scoped one by a name",
      "- {kind: MachineConfig, name: '*', namespace: prod}",
      machineConfig,
      false,
    ],
    ["B-12-59 a cluster-scoped one by *", "- {kind: MachineConfig, name: '*', namespace: '*'}", machineConfig, true],
    ["with an empty namespace any", "- {kind: KubeDescheduler, name: cluster, namespace: ''}", descheduler, true],
    ["by any of several", "- {kind: A, name: a}\n- {kind: KubeDescheduler, name: cluster}", descheduler, true],
    ["by none", "  \n", descheduler, false],
  ])("%s", (_given, text, identity, expected) => {
    expect(excluded(text, identity)).toBe(expected);
  });

  test.each([
    ["B-12-60 the old form", "KubeDescheduler/cluster", "it is no list of rules"],
    ["B-12-60 broken YAML", "- {kind: [", "it is not YAML"],
    ["no map", "- a", "rule 1 is no map"],
    ["no kind", "- {name: a}", "rule 1: kind must be a text that is not empty, and is absent"],
    ["an empty name", "- {kind: A, name: ''}", 'name must be a text that is not empty, and is ""'],
    ["a number for a name", "- {kind: A, name: 123}", "and is 123"],
    ["a number for a namespace", "- {kind: A, name: a, namespace: 1}", "namespace must be a text, and is 1"],
    ["a wrong rule behind a right one", "- {kind: A, name: a}\n- {}", "rule 2"],
    ["a key twice", "- {kind: A, kind: B, name: a}", "it is not YAML"],
  ])("are invalid as a whole: %s", (_given, text, reason) => {
    expect(readRules(text)).toMatchObject({ state: "invalid", reason: expect.stringContaining(reason) });
  });

  test("note an unknown key and a malformed pattern, and go on", () => {
    expect(readRules("- {kind: A, name: '[', extra: 1}")).toMatchObject({
      state: "read",
      notes: ["rule 1: extra has no meaning", 'rule 1: the pattern "[" is malformed and matches nothing'],
    });
  });

  test("are read with few aliases only", () => {
    const bomb = ["a: &a [x, x]", ...Array.from({ length: 9 }, (_, n) => `b${n}: [*a, *a]`)].join("\n");
    expect(readRules(bomb).state).toBe("invalid");
  });

  test("are read or invalid, whatever is written, and nothing is thrown", () => {
    const line = fc.constantFrom(
      "- {kind: A, name: a}",
      "- ",
      "kind: A",
      "&a [*a]",
      "!!js x",
      "? [",
      "name: '",
      "*b",
      "\t",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(line).map((all) => all.join("\n")),
    );
    fc.assert(
      fc.property(text, (given) => {
        const read = readRules(given);
        if (read.state === "read") expect(isExcluded(read.rules, descheduler)).toBe(false);
        else expect(read.reason).not.toBe("");
      }),
    );
  });
});
