import { describe, expect, test } from "@jest/globals";
import { tuningDefaults } from "../../../steps/switchover/tuning.schema.ts";
import { resolveTuning, staleHoursOf } from "../../../steps/switchover/tuning.ts";

describe("the hours after which a completed operation is stale", () => {
  const read = (text: string | undefined) => {
    const warnings: string[] = [];
    return { tuning: staleHoursOf(text, (message) => warnings.push(message)), warnings };
  };

  test.each([
    ["12", 12],
    ["0.5", 0.5],
    ["8760", 8760],
  ])("are those of the environment: %s", (text, staleHours) => {
    expect(read(text)).toEqual({ tuning: { staleHours }, warnings: [] });
  });

  test.each([[undefined], [""]])("are left to others where it says nothing: %s", (text) => {
    expect(read(text)).toEqual({ tuning: {}, warnings: [] });
  });

  test.each([["0"], ["-1"], ["8761"], ["NaN"], ["Infinity"], ["1e3"], ["0x10"], ["six"], [" 6"], ["$(hours)"]])(
    "are the usual ones, with a warning, where it says %j",
    (text) => {
      expect(read(text)).toEqual({
        tuning: {},
        warnings: [expect.stringMatching(/^ACM_SWITCHOVER_STALE_HOURS .* is no number of hours .*: 6 is used$/)],
      });
    },
  );

  test("of a hostile length are told in short", () => {
    expect(read("9".repeat(10_000)).warnings[0]?.length).toBeLessThan(300);
  });
});

describe("wait times", () => {
  test("are those of the param over those of the environment over the usual ones", async () => {
    const tuning = await resolveTuning({ clusterWait: 1 }, '{"clusterWait":2,"restoreWait":3}');
    expect(tuning).toEqual({ ...tuningDefaults, clusterWait: 1, restoreWait: 3 });
  });

  test("K-33 give the removal of ACM twenty minutes, unless they say otherwise", async () => {
    expect((await resolveTuning(undefined, undefined)).mchDelete).toBe(1_200);
    expect((await resolveTuning({ mchDelete: 3_600 }, undefined)).mchDelete).toBe(3_600);
  });

  test.each([
    ["no JSON", "{", "it is not JSON, or too long"],
    ["no object", "[1]", "must be object"],
    ["an unknown key", '{"wait":1}', "must NOT have additional properties"],
    ["a text", '{"clusterWait":"1"}', "must be number"],
    ["a time below zero", '{"clusterWait":-1}', "must be >= 0"],
    ["more than 10,000 characters", `{"clusterWait":${" ".repeat(10_000)}1}`, "it is not JSON, or too long"],
  ])("in the environment that are %s are refused", async (_what, text, why) => {
    await expect(resolveTuning(undefined, text)).rejects.toMatchObject({
      exitCode: 2,
      text: { id: "SW-PAR-01", why: expect.stringContaining(why) },
    });
  });
});
