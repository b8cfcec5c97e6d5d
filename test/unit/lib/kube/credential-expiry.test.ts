import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { expiredSince, tokenExpiry } from "../../../../steps/lib/kube/credential-expiry.ts";

function token(claims: unknown): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part(claims)}.signature`;
}

const noon = Date.parse("2026-11-24T12:00:00Z");
const atNoon = token({ exp: noon / 1000 });

describe("the end of a token", () => {
  test("is its exp", () => {
    expect(tokenExpiry(atNoon)).toBe(noon);
  });

  test.each(["opaque", "sha256~abc.def", "a.b.c", token({}), token({ exp: "soon" }), token(null), ""])(
    "is unknown for %s",
    (text) => {
      expect(tokenExpiry(text)).toBeUndefined();
    },
  );

  test("never raises anything, whatever the token is", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((claims) => `a.${Buffer.from(claims).toString("base64url")}.b`),
        ),
        (text) => {
          const end = tokenExpiry(text);
          return end === undefined || Number.isFinite(end);
        },
      ),
    );
  });
});

describe("an expired login", () => {
  test("is told with its time", () => {
    expect(expiredSince({ token: atNoon }, noon + 1, 0)).toBe("its token was valid until 2026-11-24T12:00:00.000Z");
  });

  test("may still be good while the clocks may differ", () => {
    expect(expiredSince({ token: atNoon }, noon + 60_000, 300_000)).toBeUndefined();
    expect(expiredSince({ token: atNoon }, noon + 300_000, 300_000)).toBeDefined();
  });

  test("is not one whose end is unknown", () => {
    expect(expiredSince({ token: "opaque" }, noon, 0)).toBeUndefined();
    expect(expiredSince({}, noon, 0)).toBeUndefined();
  });
});
