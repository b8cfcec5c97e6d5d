import { switchoverError } from "../switchover-error.ts";

const unitSeconds: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
/** What the API server takes: the same bounds as its own. */
const minimumSeconds = 600;
const maximumSeconds = 2 ** 32;

/** Seconds of `48h`, `90m` or `3600s`. Pure. @throws FairleadError SW-SET-02 outside of what a hub takes */
export function tokenSeconds(text: string): number {
  const seconds = Number(text.slice(0, -1)) * (unitSeconds[text.slice(-1)] ?? Number.NaN);
  if (seconds >= minimumSeconds && seconds <= maximumSeconds) {
    return seconds;
  }
  throw switchoverError(
    "SW-SET-02",
    {
      what: `token-duration "${text}" is out of bounds`,
      why: `a hub issues tokens for ${minimumSeconds / 60} minutes to ${Math.floor(maximumSeconds / 86_400)} days`,
      fix: "give a span such as 48h",
    },
    "invalid",
  );
}
