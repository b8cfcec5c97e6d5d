import { acmVersion } from "../../../../steps/switchover/acm/acm-version.ts";
import type { SwitchoverContext } from "../../../../steps/switchover/phases/switchover-context.ts";
import { tuningDefaults } from "../../../../steps/switchover/tuning.schema.ts";

/** What a wait on the new hub is made of; it is not begun. */
export const waitingContext = {
  clients: { secondary: { name: "secondary" } },
  hubs: { secondary: { id: "hub-a", version: acmVersion("2.16.0") } },
  namespaces: { backup: "backup" },
  tuning: tuningDefaults,
  memory: () => ({}),
  // Waits ask for nothing else before they begin.
} as unknown as SwitchoverContext;
