import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { cadenceSeconds } from "../../../../steps/switchover/acm/cadence.ts";
import { goDurationSeconds } from "../../../../steps/switchover/acm/go-duration.ts";

// A Tuesday.
const now = Date.UTC(2026, 10, 24, 3, 30);
const hour = 3600;

describe("the cadence of a schedule", () => {
  test.each([
    ["*/15 * * * *", 900],
    ["7 */4 * * *", 4 * hour],
    ["0 */4 * * *", 4 * hour],
    ["30 2 * * *", 24 * hour],
    ["0 3 */2 * *", 2 * 24 * hour],
    ["0 3 * * 0", 7 * 24 * hour],
    ["0 0 1 * *", 31 * 24 * hour],
    ["@hourly", hour],
    ["@daily", 24 * hour],
    ["@weekly", 7 * 24 * hour],
    ["@every 90m", 1.5 * hour],
    ["@every 1h30m", 1.5 * hour],
    ["CRON_TZ=Europe/Berlin 0 6 * * *", 24 * hour],
  ])("K-22 %s is %d s", (schedule, seconds) => {
    expect(cadenceSeconds(schedule, now)).toBe(seconds);
  });

  test("of a list is its longest gap, whatever the hour is now", () => {
    for (const at of [0, 2, 12, 23]) {
      expect(cadenceSeconds("0 1,3 * * *", Date.UTC(2026, 10, 24, at))).toBe(22 * hour);
    }
  });

  test("of a range of working hours spans the weekend", () => {
    expect(cadenceSeconds("0 9-17 * * 1-5", now)).toBe(64 * hour);
  });

  test.each([
    "",
    "x",
    "@never",
    "0 */4 * *",
    "0 0 */4 * * *",
    "61 * * * *",
    "0 0 30 2 *",
    "@every",
    "@every 0s",
    "@every -1h",
    "TZ=No/Where 0 * * * *",
  ])("%p has none", (schedule) => {
    expect(cadenceSeconds(schedule, now)).toBeUndefined();
  });

  test("no text makes it throw, and what it gives is positive", () => {
    const noise = fc.string({ unit: fc.constantFrom(..."0123456789*/,- @LW#?evry mhs"), maxLength: 20 });
    fc.assert(
      fc.property(noise, (schedule) => {
        const seconds = cadenceSeconds(schedule, now);
        return seconds === undefined || seconds > 0;
      }),
    );
  });
});

describe("a Go duration", () => {
  test.each([
    ["10m", 600],
    ["30m0s", 1800],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["500ms", 0.5],
    ["0", 0],
  ])("%s is %d s", (text, seconds) => {
    expect(goDurationSeconds(text)).toBeCloseTo(seconds, 9);
  });

  test.each(["", "10", "m", "10 m", "1d", "-5m", "ten minutes", `${"1h".repeat(40)}`])("%p is none", (text) => {
    expect(goDurationSeconds(text)).toBeUndefined();
  });

  test("is the sum of its parts", () => {
    const amount = fc.integer({ min: 0, max: 999 });
    fc.assert(
      fc.property(amount, amount, amount, (h, m, s) => {
        expect(goDurationSeconds(`${h}h${m}m${s}s`)).toBe(h * 3600 + m * 60 + s);
      }),
    );
  });
});
