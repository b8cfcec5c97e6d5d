import * as Type from "typebox";

const maximumAgeMs = 5 * 60_000;

/** By what a run that a webhook started knows the request. */
export const requestParameters = {
  "request-id": Type.Optional(
    Type.String({
      pattern: "^[0-9A-Za-z-]{1,64}$",
      rule: "letters, digits and hyphens, at most 64",
      description: "Id of the request that started the run, set by the webhook",
    }),
  ),
  "issued-at": Type.Optional(
    Type.String({
      pattern: "^[0-9TZ:.+-]{1,40}$",
      rule: "a time (RFC 3339)",
      description: "Time of the request that started the run, set by the webhook; older than five minutes is refused",
    }),
  ),
};

/**
 * Why a request is refused for its time: older than five minutes, or from the future. A signature has no time of its
 * own, so a captured request would stay valid. Pure.
 *
 * @param now milliseconds since the epoch
 * @returns undefined for one that may go on, and for a run that no request started
 * @example requestAgeFault("2026-03-01T10:00:00Z", clock.now())
 */
export function requestAgeFault(issuedAt: string | undefined, now: number): string | undefined {
  if (issuedAt === undefined) return undefined;
  const issued = Date.parse(issuedAt);
  if (!Number.isFinite(issued)) return "that is no time (RFC 3339)";
  const age = Math.abs(now - issued);
  if (age <= maximumAgeMs) return undefined;
  return `that is ${Math.round(age / 1000)} s from now, more than ${maximumAgeMs / 1000} s`;
}
