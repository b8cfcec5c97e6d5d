import { importStrategy, objectName } from "./constants.ts";

/** How a hub imports clusters that it knows already; only from ACM 2.14 on. */
export interface ImportStrategy {
  /** What is in force, as far as that is known. */
  readonly value: typeof importStrategy.importOnly | typeof importStrategy.sync;
  /** Why that is not certain. */
  readonly doubt?: { readonly why: string; readonly fix: string };
}

/** Where nobody may look. */
export const unreadableStrategy: ImportStrategy = {
  value: importStrategy.importOnly,
  doubt: {
    why: `ConfigMap ${objectName.importControllerConfig} may not be read; its default, ${importStrategy.importOnly}, is only assumed`,
    fix: "grant get of it",
  },
};

/**
 * The strategy that a hub's ConfigMap stands for. The import controller of ACM 2.14 takes a text that it does not know
 * for its default, and says so in its log alone. Pure.
 *
 * @param text of the key `autoImportStrategy`; absent or empty = the default
 */
export function strategyFrom(text: string | undefined): ImportStrategy {
  const { importOnly, key, sync } = importStrategy;
  if (text === undefined || text === "" || text === importOnly) return { value: importOnly };
  if (text === sync) return { value: sync };
  const given = JSON.stringify(text.slice(0, 80));
  return {
    value: importOnly,
    doubt: {
      why: `${key} is ${given}, which ACM does not know and takes for its default, ${importOnly}`,
      fix: `set it to ${importOnly} or ${sync} in ConfigMap ${objectName.importControllerConfig}`,
    },
  };
}
