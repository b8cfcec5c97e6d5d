import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FairleadError } from "../../../steps/lib/errors/fairlead-error.ts";
import { parseParams, parseWorkspaces } from "../../../steps/trigger/arguments.ts";

function textOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof FairleadError) {
      return `${error.text.id}: ${error.text.what}; ${error.text.why}; ${error.text.fix}`;
    }
    throw error;
  }
  return "accepted";
}

describe("parameters of a run", () => {
  test("a value keeps every character after the first equals sign", () => {
    expect(parseParams(['tuning={"a":"b=c"}'])).toEqual([{ name: "tuning", value: '{"a":"b=c"}' }]);
  });

  test("an empty value is a value", () => {
    expect(parseParams(["operation-id="])).toEqual([{ name: "operation-id", value: "" }]);
  });

  test("a pair without a name is refused with an example", () => {
    expect(textOf(() => parseParams(["passive"]))).toBe(
      'TRIG-01: --param "passive" has no usable name; the form is name=value, the name made of letters, digits, "-", "_" and "."; write for example --param method=passive',
    );
  });

  test("a value that Tekton would substitute is refused", () => {
    expect(textOf(() => parseParams(["method=$(params.secret)"]))).toContain('TRIG-01: --param method contains "$("');
  });

  test("a parameter given twice is refused", () => {
    expect(textOf(() => parseParams(["method=passive", "method=full"]))).toContain('names "method" twice');
  });

  test("any accepted pair is read back as it was written", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/), fc.string(), (name, value) => {
        fc.pre(!value.includes("$("));
        expect(parseParams([`${name}=${value}`])).toEqual([{ name, value }]);
      }),
    );
  });
});

describe("workspaces of a run", () => {
  test.each([
    ["data=claim:switchover-data", { name: "data", persistentVolumeClaim: { claimName: "switchover-data" } }],
    ["new=secret:new-hub", { name: "new", secret: { secretName: "new-hub" } }],
    ["config=config:settings", { name: "config", configMap: { name: "settings" } }],
    ["data=empty", { name: "data", emptyDir: {} }],
  ])("%s binds as Tekton expects", (text, binding) => {
    expect(parseWorkspaces([text])).toEqual([binding]);
  });

  test.each(["data=hostPath:/etc", "data=secret:", "data=secret:UPPER", "data=claim:../x", "data="])(
    "%s is refused with the kinds that exist",
    (text) => {
      expect(textOf(() => parseWorkspaces([text]))).toContain(
        "a target is claim:NAME, secret:NAME, config:NAME or empty",
      );
    },
  );
});
