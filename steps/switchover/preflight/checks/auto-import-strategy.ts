import { importsOnlyOnce } from "../../acm/acm-version.ts";
import { importStrategy } from "../../acm/constants.ts";
import { type ImportStrategy, strategyFrom } from "../../acm/import-strategy.ts";
import type { Check } from "../check.ts";
import { type Finding, judge, passed, warning } from "../finding.ts";
import { count } from "../name-list.ts";
import type { HubObservation } from "../observation.ts";
import { mapReading } from "../reading.ts";

/** How each hub imports clusters that it already knows; only from ACM 2.14 on. */
export const autoImportStrategy: Check = {
  id: "auto-import-strategy",
  number: 11,
  name: "Auto-import strategy",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "set manage-auto-import-strategy, or rely on the immediate-import annotation that the activation sets",
  onResume: "never",
  evaluate: ({ primary, secondary }, { manageAutoImportStrategy }) => [
    ...withStrategy(primary, ({ value }) => [evaluatePrimary(value)]),
    ...withStrategy(secondary, (strategy) =>
      judge(
        mapReading(secondary.fleet, ({ clusters }) => clusters.length),
        {
          hub: "secondary",
          unreadable: "warning",
          decide: (clusters) => [evaluateSecondary(strategy.value, clusters, manageAutoImportStrategy)],
        },
      ),
    ),
  ],
};

function withStrategy(
  hub: HubObservation,
  decide: (strategy: ImportStrategy) => readonly Finding[],
): readonly Finding[] {
  return judge(hub.acm, {
    hub: hub.hub,
    unreadable: "warning",
    decide: (acm) =>
      acm === undefined || !importsOnlyOnce(acm.version)
        ? [passed(hub.hub, "not applicable before ACM 2.14")]
        : judge(mapReading(hub.importStrategy, strategyFrom), {
            hub: hub.hub,
            unreadable: "warning",
            decide: (strategy) => withDoubt(strategy, hub, decide(strategy)),
          }),
  });
}

/** What is taken for granted of a strategy that is not certain passes no check; what is wrong with it stays said. */
function withDoubt(
  { doubt }: ImportStrategy,
  { hub }: HubObservation,
  findings: readonly Finding[],
): readonly Finding[] {
  return doubt === undefined
    ? findings
    : [warning(hub, doubt.why, doubt.fix), ...findings.filter(({ result }) => result !== "passed")];
}

function evaluatePrimary(strategy: string): Finding {
  return strategy === importStrategy.importOnly
    ? passed("primary", "ImportOnly, the default")
    : warning(
        "primary",
        `the strategy is ${strategy}: this hub imports its clusters again and again`,
        "set autoImportStrategy back to ImportOnly in ConfigMap import-controller-config",
      );
}

function evaluateSecondary(strategy: string, clusters: number, managed: boolean): Finding {
  if (strategy === importStrategy.sync) {
    return passed("secondary", "ImportAndSync; set it back to ImportOnly after the switchover");
  }
  if (clusters === 0 || managed) {
    return passed("secondary", strategy);
  }
  return warning(
    "secondary",
    `the strategy is ${strategy} and the hub already knows ${count(clusters, "cluster")}, which it will not import again by itself`,
    "use manage-auto-import-strategy, or rely on the immediate-import annotation that the activation sets",
  );
}
