import { tokenTrouble } from "../../acm/import-token.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, warning } from "../finding.ts";
import { importedClusters } from "../imported-clusters.ts";
import { count, nameList } from "../name-list.ts";
import { type HubObservation, hubTime, type Observation } from "../observation.ts";

/** Every imported cluster has a token with which the new hub can import it. */
export const msaTokens: Check = {
  id: "msa-tokens",
  number: 19,
  name: "Imported clusters have tokens",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "set useManagedServiceAccount in the BackupSchedule and wait for the next backup",
  onResume: "never",
  evaluate: (observation, { method }) =>
    judge(importedClusters(observation.primary), {
      hub: "primary",
      unreadable: "warning",
      decide: (clusters) => {
        if (clusters.length === 0) {
          return [passed("primary", "no cluster needs a token: all were made by Hive, or none is joined")];
        }
        return [
          ...evaluateComponent(observation.primary),
          ...evaluateTokens(observation, "primary", clusters),
          // They come with the passive restore, so that their absence there shows before the activation does.
          ...(method === "passive" ? evaluateTokens(observation, "secondary", clusters) : []),
        ];
      },
    }),
};

function evaluateComponent({ managedServiceAccounts }: HubObservation): readonly Finding[] {
  return judge(managedServiceAccounts, {
    hub: "primary",
    unreadable: "warning",
    decide: (state) =>
      state === "disabled"
        ? [
            critical(
              "primary",
              "the MultiClusterEngine has its component managedserviceaccount disabled, so imported clusters get no token",
              "enable managedserviceaccount in spec.overrides.components and wait for a new backup",
            ),
          ]
        : [],
  });
}

function evaluateTokens(
  observation: Observation,
  hub: "primary" | "secondary",
  clusters: readonly string[],
): readonly Finding[] {
  return judge(observation[hub].importTokens, {
    hub,
    unreadable: "warning",
    decide: (tokens) => {
      const { missing, expired } = tokenTrouble(clusters, tokens, hubTime(observation, hub));
      if (missing.length + expired.length === 0) {
        return [passed(hub, `${count(clusters.length, "imported cluster")} with a valid token`)];
      }
      const parts = [
        ...(missing.length > 0 ? [`without a token (${nameList(missing)})`] : []),
        ...(expired.length > 0 ? [`with an expired token (${nameList(expired)})`] : []),
      ];
      return [
        warning(
          hub,
          parts.join("; "),
          hub === "primary"
            ? "wait for the tokens (connected clusters get one within minutes) and for a backup after that"
            : "wait for the passive sync to bring the tokens of the newest backup",
          { missing, expired },
        ),
      ];
    },
  });
}
