import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as Type from "typebox";
import { loadValidator } from "../../../steps/lib/schema/load-validator.ts";
import { type OperationHub, operationId } from "../../../steps/switchover/operation-id.ts";
import { operationParameters } from "../../../steps/switchover/parameters.ts";
import { anyCharacter } from "../../support/any-character.ts";

const parameter = Type.Object({ "operation-id": operationParameters["operation-id"] });

const server = fc.oneof(
  fc.webUrl(),
  fc.domain().map((domain) => `https://api.${domain}:6443`),
  fc.ipV6().map((address) => `https://[${address}]:6443`),
  fc.ipV4().map((address) => `https://${address}`),
  fc.string({ unit: anyCharacter, maxLength: 100 }),
);
const hub: fc.Arbitrary<OperationHub> = fc.record({ server, id: fc.oneof(fc.constant(""), fc.uuid(), fc.string()) });

describe("the id of an operation", () => {
  test("is readable for two hubs", () => {
    const east = { server: "https://api.east.example.com:6443", id: "e" };
    const west = { server: "https://api.west.example.com:6443", id: "w" };
    expect(operationId(east, west)).toMatch(/^api-east-example-com--api-west-example-com-[0-9a-f]{8}$/);
  });

  test("is one that the parameter operation-id takes, whatever the hubs are called", async () => {
    const violations = await loadValidator("test-operation-id", () => parameter);
    expect(violations({ "operation-id": "Not an id" })).toHaveLength(1);
    fc.assert(
      fc.property(hub, hub, (primary, secondary) => {
        expect(violations({ "operation-id": operationId(primary, secondary) })).toEqual([]);
      }),
    );
  });

  test("is another for the way back, and the same for the same way", () => {
    fc.assert(
      fc.property(hub, hub, (primary, secondary) => {
        fc.pre((primary.id || primary.server) !== (secondary.id || secondary.server));
        expect(operationId(secondary, primary)).not.toBe(operationId(primary, secondary));
        expect(operationId({ ...primary }, { ...secondary })).toBe(operationId(primary, secondary));
      }),
    );
  });

  test("is another for two hubs behind the same address", () => {
    fc.assert(
      fc.property(hub, server, fc.uuid(), fc.uuid(), (primary, address, one, other) => {
        fc.pre(one !== other);
        const to = (id: string): string => operationId(primary, { server: address, id });
        expect(to(one)).not.toBe(to(other));
      }),
    );
  });
});
