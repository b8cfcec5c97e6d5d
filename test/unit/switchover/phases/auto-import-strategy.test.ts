import { describe, expect, test } from "@jest/globals";
import { KubeError, type KubeReason } from "../../../../steps/lib/kube/kube-error.ts";
import { readAndPlan } from "../../../../steps/lib/phase/read-and-plan.ts";
import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import { strategyFrom } from "../../../../steps/switchover/acm/import-strategy.ts";
import { defaultNamespaces } from "../../../../steps/switchover/acm/namespaces.ts";
import { applyImmediateImportAnnotations } from "../../../../steps/switchover/phases/activation/apply-immediate-import.ts";
import {
  resetAutoImportStrategy,
  setAutoImportStrategy,
} from "../../../../steps/switchover/phases/auto-import-strategy.ts";
import { rbEnableAutoImport } from "../../../../steps/switchover/phases/rollback/enable-auto-import.ts";
import type { SwitchoverContext, SwitchoverStep } from "../../../../steps/switchover/phases/switchover-context.ts";
import type { OperationMemory } from "../../../../steps/switchover/state/operation-memory.ts";

describe("the auto-import strategy of a hub", () => {
  test.each([undefined, "", "ImportOnly"])("is the default, ImportOnly, where it says %j", (text) => {
    expect(strategyFrom(text)).toEqual({ value: "ImportOnly" });
  });

  test("is ImportAndSync where it says so", () => {
    expect(strategyFrom("ImportAndSync")).toEqual({ value: "ImportAndSync" });
  });

  test.each(["importandsync", " ImportAndSync", "constructor"])("is in doubt where it says %j", (text) => {
    const { value, doubt } = strategyFrom(text);
    expect(value).toBe("ImportOnly");
    expect(doubt?.why).toContain(JSON.stringify(text));
  });

  test("is told in part where its text is long", () => {
    expect(strategyFrom("x".repeat(5000)).doubt?.why.length).toBeLessThan(250);
  });
});

interface Given {
  /** What the ConfigMap says, or why it cannot be read. */
  readonly says: string | { readonly fails: KubeReason };
  readonly asked?: boolean;
  readonly memory?: OperationMemory;
}

/** Plans over hubs with one cluster that is not available, as a step reads them. */
async function planned(step: SwitchoverStep, { says, asked = false, memory = {} }: Given) {
  const client = {
    find: async () => {
      if (typeof says === "string") return { metadata: { name: "c" }, data: { autoImportStrategy: says } };
      throw new KubeError(
        { id: "K", what: "a get", why: "no", fix: "" },
        { reason: says.fails, status: 0, message: "" },
      );
    },
    list: async (_resource: unknown, _query: unknown, { project }: { project: (object: unknown) => unknown }) => ({
      items: [project({ metadata: { name: "c1" } })],
    }),
  };
  const hub = { id: "hub", version: acmVersion("2.14.1") };
  // What these steps look at.
  const context = {
    oldHub: "reachable",
    clients: { primary: client, secondary: client },
    hubs: { primary: hub, secondary: hub },
    namespaces: defaultNamespaces,
    settings: { manageAutoImportStrategy: asked, oldHubAction: "secondary" },
    memory: () => memory,
    signal: new AbortController().signal,
    dryRun: { enabled: false },
  } as unknown as SwitchoverContext;
  return await readAndPlan(step, context);
}

const forbidden = { fails: "Forbidden" } as const;
const saysWhy = (text: string) => expect.stringContaining(text);

describe("a strategy that is not certain", () => {
  test.each([
    ["may not be read", forbidden, "may not be read"],
    ["is unknown to ACM", "Sync", 'autoImportStrategy is "Sync"'],
  ] as const)("that %s: clusters are asked for all the same, with a warning", async (_case, says, why) => {
    for (const step of [applyImmediateImportAnnotations, rbEnableAutoImport]) {
      expect(await planned(step, { says })).toMatchObject({
        state: "act",
        actions: expect.arrayContaining([{ kind: "warn", message: saysWhy(why) }]),
      });
    }
  });

  test.each(["ImportOnly", ""])("is none where it says %j: nothing is warned of", async (says) => {
    const plan = await planned(applyImmediateImportAnnotations, { says });
    expect(plan).toMatchObject({ state: "act" });
    expect(plan).not.toMatchObject({ actions: expect.arrayContaining([expect.objectContaining({ kind: "warn" })]) });
  });

  test("that may not be read stays as it is, with a warning, where nobody asked to change it", async () => {
    const left = { state: "skipped", warnings: [saysWhy("may not be read")] };
    expect(await planned(setAutoImportStrategy, { says: forbidden })).toMatchObject(left);
    expect(await planned(resetAutoImportStrategy, { says: forbidden })).toMatchObject(left);
  });

  test("that may not be read fails the change that was asked for, and what undoes it", async () => {
    await expect(planned(setAutoImportStrategy, { says: forbidden, asked: true })).rejects.toThrow("a get");
    const memory: OperationMemory = { auto_import_strategy_set: true };
    await expect(planned(resetAutoImportStrategy, { says: forbidden, memory })).rejects.toThrow("a get");
  });

  test("that ACM does not know is told at the end", async () => {
    expect(await planned(resetAutoImportStrategy, { says: "Sync" })).toMatchObject({
      state: "skipped",
      warnings: [saysWhy('autoImportStrategy is "Sync"')],
    });
  });

  test("for another reason than a missing permission fails the step", async () => {
    await expect(planned(applyImmediateImportAnnotations, { says: { fails: "ServerError" } })).rejects.toThrow("a get");
  });
});
