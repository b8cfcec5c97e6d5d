import { type AcmVersion, compareVersions, isSupported, minorOf } from "../../acm/acm-version.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed } from "../finding.ts";
import type { HubObservation } from "../observation.ts";
import { allOf } from "../reading.ts";
import type { PreflightSettings } from "../settings.ts";

/** Each hub runs a known and supported ACM. */
export const acmVersionCheck: Check = {
  id: "acm-version",
  number: 8,
  name: "ACM version is supported",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "upgrade the hub to ACM 2.11 or newer",
  onResume: "until-activation",
  evaluate: ({ primary, secondary }, { namespaces }) =>
    [primary, secondary].flatMap((hub) => evaluateHub(hub, namespaces.acm)),
};

function evaluateHub({ hub, acm }: HubObservation, namespace: string): readonly Finding[] {
  return judge(acm, {
    hub,
    unreadable: "critical",
    decide: (found) => {
      if (found === undefined) {
        return [
          critical(
            hub,
            `namespace ${namespace} has no MultiClusterHub`,
            "install ACM on this hub, or name its namespace in the parameter namespaces",
          ),
        ];
      }
      const { version, name } = found;
      if (!version.known) {
        return [
          critical(
            hub,
            `MultiClusterHub ${name} reports no version that can be read (${JSON.stringify(version.text)})`,
            "wait until the MultiClusterHub has finished its installation",
          ),
        ];
      }
      return isSupported(version)
        ? [passed(hub, `ACM ${version.text}`)]
        : [
            critical(
              hub,
              `ACM ${version.text} is older than 2.11 and not supported`,
              "upgrade this hub to ACM 2.11 or later",
            ),
          ];
    },
  });
}

/** The two versions fit together, by the policy of the parameter `version-policy`. */
export const acmVersionMatch: Check = {
  id: "acm-version-match",
  number: 9,
  name: "ACM versions match",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "upgrade the hub that lags behind, or permit the difference with version-policy",
  onResume: "never",
  evaluate: ({ primary, secondary }, { versionPolicy }) =>
    judge(allOf(primary.acm, secondary.acm), {
      hub: "both",
      unreadable: "critical",
      decide: ([first, second]) => [compare(first?.version, second?.version, versionPolicy)],
    }),
};

function compare(
  first: AcmVersion | undefined,
  second: AcmVersion | undefined,
  policy: PreflightSettings["versionPolicy"],
): Finding {
  if (first?.known !== true || second?.known !== true) {
    return critical("both", "a version is unknown, so the two cannot be compared", "see the check acm-version");
  }
  const matches = {
    exact: first.text === second.text,
    minor: minorOf(first) === minorOf(second),
    "newer-ok": compareVersions(second, first) >= 0,
  }[policy];
  return matches
    ? passed("both", `primary ${first.text}, secondary ${second.text} (version-policy ${policy})`)
    : critical(
        "both",
        `primary runs ACM ${first.text}, secondary ${second.text}, which version-policy ${policy} does not permit`,
        "upgrade one hub, or choose another version-policy (exact, minor, newer-ok)",
      );
}
