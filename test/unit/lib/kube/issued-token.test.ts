import { expect, test } from "@jest/globals";
import { readIssuedToken } from "../../../../steps/lib/kube/issued-token.ts";

const answer = (body: string) => ({ status: 201, headers: {}, body });

test("a token comes with the time of its end", () => {
  const body = JSON.stringify({ status: { token: "t", expirationTimestamp: "2026-01-01T00:00:00Z" } });
  expect(readIssuedToken(answer(body))).toEqual({ token: "t", expiresAt: Date.UTC(2026, 0, 1) });
});

test.each([
  "no JSON",
  "null",
  "{}",
  '{"status":{"token":"","expirationTimestamp":"2026-01-01T00:00:00Z"}}',
  '{"status":{"token":"secret"}}',
])("%p holds no token, and is not quoted", (body) => {
  expect(() => readIssuedToken(answer(body))).toThrow("the answer holds no token, or no time of its end");
});
