import type { Check } from "../check.ts";
import { judge, passed, warning } from "../finding.ts";

/**
 * In a kubeconfig merged from several, contexts that share a user name also share its credentials: the last file read
 * wins, and a hub is asked with another hub's token.
 */
export const kubeconfigUsers: Check = {
  id: "kubeconfig-users",
  number: 4,
  name: "Kubeconfig users are unique",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "give each user of the kubeconfigs a name of its own, for example with kubeconfigs made by setup",
  onResume: "never",
  evaluate: ({ sharedUsers }) =>
    judge(sharedUsers, {
      hub: "both",
      unreadable: "warning",
      decide: (shared) =>
        shared.length === 0
          ? [passed("both", "no context of the hubs shares its user with another one")]
          : shared.map(({ hub, user, contexts }) =>
              warning(
                hub,
                `user "${user}" belongs to several contexts: ${contexts.join(", ")}`,
                "give each context of the merged kubeconfig a user name of its own",
              ),
            ),
    }),
};
