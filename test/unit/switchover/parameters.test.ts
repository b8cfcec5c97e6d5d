import { describe, expect, test } from "@jest/globals";
import { compileValidator } from "../../../steps/lib/schema/compile-validator.ts";
import { paramsSchema, parseParams } from "../../../steps/lib/step/parse-params.ts";
import { hubParameters } from "../../../steps/switchover/parameters.ts";

const validate = await compileValidator(paramsSchema(hubParameters));

function parsed(context: string) {
  const flags = new Map([["primary-context", [context]]]);
  return parseParams(hubParameters, { flags, variable: () => undefined }, validate);
}

describe("the name of a context", () => {
  test.each([
    "admin@east",
    "kubernetes-admin@hub.east.example.com",
    "default/api-east-example-com:6443/system:admin",
    "arn:aws:eks:eu-west-1:123456789012:cluster/hub_1",
    "a",
    "x".repeat(128),
  ])("K-33 may be %s", (context) => {
    expect(parsed(context)).toMatchObject({ valid: true, params: { "primary-context": context } });
  });

  test.each(["@east", "east/", "two words", "a;b", "a$(id)", "ost-über", "x".repeat(129)])(
    "may not be %s",
    (context) => {
      expect(parsed(context)).toMatchObject({ valid: false, faults: [{ param: "primary-context" }] });
    },
  );
});
