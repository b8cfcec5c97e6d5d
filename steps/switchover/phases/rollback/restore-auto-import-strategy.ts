import type { ConfigMap } from "../../acm/hub-objects.ts";
import { giveStrategyBack, readImportConfig } from "../auto-import-strategy.ts";
import { oldHubStep } from "../switchover-context.ts";
import { awayFromNewHub } from "./rollback-scope.ts";

/** The new hub imports as it did before the switchover. What somebody has set since stays. */
export const rbRestoreAutoImportStrategy = oldHubStep<ConfigMap | undefined>({
  name: "rb_restore_auto_import_strategy",
  title: "Give the new hub's auto-import strategy back",
  onResume: "trust-record",
  skip: (context) =>
    context.memory().auto_import_strategy_set === true
      ? awayFromNewHub(context)
      : "this operation did not set the strategy",
  read: (context) => readImportConfig(context, "secondary"),
  plan: giveStrategyBack,
});
