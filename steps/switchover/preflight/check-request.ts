import { switchoverError } from "../switchover-error.ts";

const maximumAgeMs = 5 * 60_000;

/**
 * Refuses a request that is older than five minutes, or from the future: a signature has no time of its own, so a
 * captured request would stay valid. Pure. `now` is milliseconds since the epoch.
 *
 * @throws FairleadError SW-PRE-04 (exit 4)
 */
export function checkRequestAge(issuedAt: string | undefined, now: number): void {
  if (issuedAt === undefined) {
    return;
  }
  const issued = Date.parse(issuedAt);
  if (Number.isFinite(issued) && Math.abs(now - issued) <= maximumAgeMs) {
    return;
  }
  throw switchoverError(
    "SW-PRE-04",
    {
      what: `the request was issued at "${issuedAt}"`,
      why: Number.isFinite(issued)
        ? `that is ${Math.round(Math.abs(now - issued) / 1000)} s from now, more than ${maximumAgeMs / 1000} s`
        : "that is no time (RFC 3339)",
      fix: "send a new request with the present time and a new requestId",
    },
    "refused",
  );
}
