/** Seconds of a Go duration of hours, minutes and seconds. */
export function durationSeconds(duration: string): number {
  return [...duration.matchAll(/(\d+)([hms])/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * (unit === "h" ? 3600 : unit === "m" ? 60 : 1),
    0,
  );
}
