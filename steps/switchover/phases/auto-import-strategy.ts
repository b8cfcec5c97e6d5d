import type { Action, StepPlan } from "../../lib/phase/types.ts";
import { importsOnlyOnce } from "../acm/acm-version.ts";
import { importStrategy, objectName } from "../acm/constants.ts";
import type { HubName } from "../acm/hub-identity.ts";
import type { ConfigMap } from "../acm/hub-objects.ts";
import { type ImportStrategy, strategyFrom, unreadableStrategy } from "../acm/import-strategy.ts";
import { configMaps } from "../acm/resources.ts";
import type { OperationMemory } from "../state/operation-memory.ts";
import { fleetOf } from "./hub-reads.ts";
import { hubWords } from "./hub-words.ts";
import { type HubStepContext, type SwitchoverContext, switchoverStep } from "./switchover-context.ts";
import { unlessForbidden } from "./unless-forbidden.ts";

// From ACM 2.14 a hub imports a cluster that it knows only once. A switchover may let it import again and again, and
// gives back afterwards what was there.

type Plan = StepPlan<OperationMemory>;

/** The ConfigMap, where there is one and it may be read. */
type SeenConfig = ConfigMap | undefined | "unreadable";

const { key } = importStrategy;

/** The ConfigMap of a hub's import controller, whose key is the strategy. */
export function readImportConfig<H extends HubName>(
  context: HubStepContext<H>,
  hub: H,
): Promise<ConfigMap | undefined> {
  return context.clients[hub].find(configMaps, object(context).ref, { signal: context.signal });
}

/** The same where it decides nothing by itself: what may not be read is no reason to stop. */
function readIfAllowed<H extends HubName>(context: HubStepContext<H>, hub: H): Promise<SeenConfig> {
  return unlessForbidden(() => readImportConfig(context, hub), "unreadable" as const);
}

function strategyOf(config: SeenConfig): ImportStrategy {
  return config === "unreadable" ? unreadableStrategy : strategyFrom(config?.data?.[key]);
}

/** How a hub imports clusters. */
export async function importStrategyOf<H extends HubName>(context: HubStepContext<H>, hub: H): Promise<ImportStrategy> {
  return strategyOf(await readIfAllowed(context, hub));
}

/** What is said where a step goes by a strategy that is not certain. Pure. */
export function strategyWarnings({ doubt }: ImportStrategy, hub: HubName): readonly string[] {
  return doubt === undefined
    ? []
    : [`how the ${hubWords[hub]} imports clusters is not certain: ${doubt.why}; ${doubt.fix}`];
}

function object(context: Pick<SwitchoverContext, "namespaces">) {
  return {
    target: "secondary",
    resource: configMaps,
    ref: { name: objectName.importControllerConfig, namespace: context.namespaces.engine },
  } as const;
}

function patchKey(config: ConfigMap, value: string | null, context: SwitchoverContext): Action<OperationMemory> {
  const { uid } = config.metadata;
  return {
    kind: "write",
    change: {
      ...object(context),
      summary: value === null ? `remove ${key} from ConfigMap ${config.metadata.name}` : `set ${key} to ${value}`,
      verb: "merge-patch",
      patch: { data: { [key]: value } },
      ...(uid === undefined ? {} : { precondition: { uid } }),
    },
  };
}

function createConfig(context: SwitchoverContext): Action<OperationMemory> {
  const { ref } = object(context);
  const body: ConfigMap = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: ref,
    data: { [key]: importStrategy.sync },
  };
  return {
    kind: "write",
    change: {
      ...object(context),
      summary: `set ${key} to ${importStrategy.sync} (create ConfigMap ${ref.name})`,
      verb: "create",
      body,
    },
  };
}

function hasNoStrategy({ hubs }: SwitchoverContext): string | undefined {
  return importsOnlyOnce(hubs.secondary.version) ? undefined : "there is no such strategy before ACM 2.14";
}

interface Before {
  readonly config: SeenConfig;
  readonly clusters: number;
}

/** Clusters that are on the new hub by then came with the activation, which imports them itself. */
function activationBegan({ activation, activation_plan: plan, data_restore: data }: OperationMemory): boolean {
  return activation !== undefined || plan !== undefined || data !== undefined;
}

function notRead(): Plan {
  return {
    state: "skipped",
    note: "the strategy may not be read, and stays as it is",
    warnings: strategyWarnings(unreadableStrategy, "secondary"),
  };
}

function planSet({ config, clusters }: Before, context: SwitchoverContext): Plan {
  const { manageAutoImportStrategy, oldHubAction } = context.settings;
  if (config === "unreadable") return notRead();
  const current = config?.data?.[key] ?? importStrategy.importOnly;
  if (current === importStrategy.sync) return { state: "done", note: `the strategy is ${current}` };
  if (activationBegan(context.memory())) {
    return { state: "skipped", note: `the activation began with the strategy ${current}, so it ends with it` };
  }
  if (clusters === 0) return { state: "skipped", note: "the new hub knows no cluster yet that it would not import" };
  if (oldHubAction !== "secondary") return { state: "skipped", note: `not needed with old-hub-action ${oldHubAction}` };
  if (!manageAutoImportStrategy) {
    return { state: "skipped", note: `the strategy stays ${current}; manage-auto-import-strategy would change it` };
  }
  return {
    state: "act",
    note: `let the new hub import its clusters by itself (${importStrategy.sync})`,
    actions: [
      {
        kind: "remember",
        note: `the strategy was ${current}`,
        update: (memory) => ({
          ...memory,
          auto_import_strategy_set: true,
          auto_import_strategy_previous: config?.data?.[key] ?? null,
          auto_import_strategy_created_config: config === undefined,
        }),
      },
      config === undefined ? createConfig(context) : patchKey(config, importStrategy.sync, context),
    ],
    afterwards: "done",
  };
}

/** Before the activation, so that the clusters which the new hub knows already are imported again. */
export const setAutoImportStrategy = switchoverStep<Before>({
  name: "set_auto_import_strategy",
  title: "Let the new hub import clusters by itself",
  onResume: "trust-record",
  skip: hasNoStrategy,
  async read(context) {
    // Who asks for the change must be able to give back what was there.
    const look = context.settings.manageAutoImportStrategy ? readImportConfig : readIfAllowed<"secondary">;
    const [config, fleet] = await Promise.all([look(context, "secondary"), fleetOf(context, "secondary")]);
    return { config, clusters: fleet.length };
  },
  plan: planSet,
});

/** What gives back the state before. Nothing where another has changed it since. Pure. */
function giveBack(config: ConfigMap | undefined, context: SwitchoverContext): readonly Action<OperationMemory>[] {
  const { auto_import_strategy_previous: previous = null, auto_import_strategy_created_config: created } =
    context.memory();
  if (config === undefined || config.data?.[key] !== importStrategy.sync) return [];
  if (created !== true) return [patchKey(config, previous, context)];
  const others = Object.keys(config.data).filter((name) => name !== key);
  if (others.length > 0) return [patchKey(config, null, context)];
  const { uid, resourceVersion, name } = config.metadata;
  return [
    {
      kind: "write",
      change: {
        ...object(context),
        summary: `delete ConfigMap ${name}, which this operation created`,
        verb: "delete",
        precondition: {
          ...(uid === undefined ? {} : { uid }),
          ...(resourceVersion === undefined ? {} : { resourceVersion }),
        },
      },
    },
  ];
}

/** Undoes what this operation set, where it is still what is there. Pure. */
export function giveStrategyBack(config: ConfigMap | undefined, context: SwitchoverContext): Plan {
  return {
    state: "act",
    note: "give back the auto-import strategy that was there before",
    actions: [
      ...giveBack(config, context),
      {
        kind: "remember",
        note: "the strategy is as before",
        update: ({
          auto_import_strategy_set: _set,
          auto_import_strategy_previous: _previous,
          auto_import_strategy_created_config: _created,
          ...memory
        }) => memory,
      },
    ],
    afterwards: "done",
  };
}

function planReset(config: SeenConfig, context: SwitchoverContext): Plan {
  if (config === "unreadable") return notRead();
  const current = config?.data?.[key] ?? importStrategy.importOnly;
  if (context.memory().auto_import_strategy_set !== true) {
    const note = `the strategy is ${current}, which this operation did not set`;
    const warning = `the new hub imports its clusters again and again (${current}); set it back to ${importStrategy.importOnly} in ConfigMap ${objectName.importControllerConfig}`;
    return {
      state: "skipped",
      note,
      warnings: current === importStrategy.sync ? [warning] : strategyWarnings(strategyOf(config), "secondary"),
    };
  }
  return giveStrategyBack(config, context);
}

/** After the new hub has proved that it works. */
export const resetAutoImportStrategy = switchoverStep<SeenConfig>({
  name: "reset_auto_import_strategy",
  title: "Give the new hub's auto-import strategy back",
  onResume: "trust-record",
  skip: hasNoStrategy,
  read: (context) =>
    context.memory().auto_import_strategy_set === true
      ? readImportConfig(context, "secondary")
      : readIfAllowed(context, "secondary"),
  plan: planReset,
});
