import { requestAgeFault } from "../../lib/step/request-age.ts";
import { switchoverError } from "../switchover-error.ts";

/**
 * Refuses a request that is older than five minutes, or from the future. Pure. `now` is milliseconds since the epoch.
 *
 * @throws FairleadError SW-PRE-04 (exit 4)
 */
export function checkRequestAge(issuedAt: string | undefined, now: number): void {
  const why = requestAgeFault(issuedAt, now);
  if (why === undefined) return;
  throw switchoverError(
    "SW-PRE-04",
    {
      what: `the request was issued at "${issuedAt}"`,
      why,
      fix: "send a new request with the present time and a new requestId",
    },
    "refused",
  );
}
