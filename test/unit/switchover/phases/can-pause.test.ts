import { describe, expect, test } from "@jest/globals";
import { KubeError } from "../../../../steps/lib/kube/kube-error.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { CustomResourceDefinition } from "../../../../steps/switchover/acm/hub-objects.ts";
import { canPause, keepsPaused } from "../../../../steps/switchover/phases/schedules/can-pause.ts";

function definition(spec: object, version = "v1beta1"): CustomResourceDefinition {
  const openAPIV3Schema = { type: "object", properties: { spec } };
  return {
    metadata: { name: "backupschedules.cluster.open-cluster-management.io" },
    spec: { versions: [{ name: version, schema: { openAPIV3Schema } }] },
  };
}

const withField = definition({ properties: { paused: { type: "boolean" }, veleroSchedule: {} } });
const without = definition({ properties: { veleroSchedule: {} } });

describe("whether a BackupSchedule can be paused", () => {
  test.each([
    ["the field is there", withField, true],
    ["the field is not there", without, false],
    [
      "fields that nobody declared are kept",
      definition({ properties: {}, "x-kubernetes-preserve-unknown-fields": true }),
      true,
    ],
    ["no field of the spec is declared", definition({}), undefined],
    ["another version of the API is declared", definition({ properties: { paused: {} } }, "v1"), undefined],
    ["there is no definition", undefined, undefined],
  ])("its definition tells, given %s", (_what, given, expected) => {
    expect(keepsPaused(given)).toBe(expected);
  });

  type Context = Parameters<typeof canPause<"primary">>[0];

  function hub(version: string, find: () => Promise<CustomResourceDefinition | undefined>): Context {
    const { signal } = new AbortController();
    // It asks for nothing else.
    return {
      clients: { primary: { find } },
      hubs: { primary: { version: acmVersion(version) } },
      signal,
    } as unknown as Context;
  }

  test.each([
    ["2.11.5", withField, true],
    ["2.16.0", without, false],
    ["unknown", without, false],
    ["unknown", undefined, true],
    ["2.11.5", undefined, false],
  ])("the definition goes before the version %s", async (version, given, expected) => {
    expect(
      await canPause(
        hub(version, async () => given),
        "primary",
      ),
    ).toBe(expected);
  });

  test("the version tells where the account may not read definitions; any other failure is one", async () => {
    const failing = (reason: "Forbidden" | "Timeout") => async (): Promise<undefined> => {
      const text = { id: "KUBE-01", what: "w", why: "y", fix: "f" };
      throw new KubeError(text, { reason, status: reason === "Forbidden" ? 403 : 0, message: "no" });
    };
    expect(await canPause(hub("2.11.5", failing("Forbidden")), "primary")).toBe(false);
    expect(await canPause(hub("2.12.0", failing("Forbidden")), "primary")).toBe(true);
    await expect(canPause(hub("2.12.0", failing("Timeout")), "primary")).rejects.toBeInstanceOf(KubeError);
  });
});
