import type { Check } from "../check.ts";
import { critical, judge, passed } from "../finding.ts";

/** The namespaces of ACM and of its backups exist. */
export const namespace: Check = {
  id: "namespace",
  number: 7,
  name: "Namespaces exist",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "install ACM and its backup operator, or name other namespaces in the parameter namespaces",
  onResume: "never",
  evaluate: ({ primary, secondary }, { namespaces }) =>
    [primary, secondary].flatMap((hub) =>
      (["acm", "backup"] as const).flatMap((role) =>
        judge(hub.namespaces[role], {
          hub: hub.hub,
          unreadable: "critical",
          decide: (exists) => [
            exists
              ? passed(hub.hub, `namespace ${namespaces[role]} exists`)
              : critical(
                  hub.hub,
                  `namespace ${namespaces[role]} does not exist`,
                  role === "acm"
                    ? "install ACM on this hub, or name its namespace in the parameter namespaces"
                    : "enable the component cluster-backup of the MultiClusterHub",
                ),
          ],
        }),
      ),
    ),
};
