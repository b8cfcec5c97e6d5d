import type { HubName } from "../../acm/hub-identity.ts";
import type { Check } from "../check.ts";
import { critical, type Finding, judge, passed, skipped, warning } from "../finding.ts";
import type { AcmInstallation } from "../observation.ts";

/** The MultiClusterHubs run and make backups. */
export const mchHealth: Check = {
  id: "mch-health",
  number: 10,
  name: "MultiClusterHub is healthy",
  hubs: ["primary", "secondary"],
  modes: "both",
  remedy: "wait until MultiClusterHub is Running, or mend the component that its status names",
  onResume: "never",
  evaluate: ({ primary, secondary }) =>
    [primary, secondary].flatMap(({ hub, acm }) =>
      judge(acm, {
        hub,
        unreadable: hub === "primary" ? "warning" : "critical",
        decide: (found) =>
          found === undefined
            ? [skipped(hub, "there is no MultiClusterHub, see acm-version")]
            : evaluateHub(hub, found),
      }),
    ),
};

function evaluateHub(hub: HubName, { name, phase, backupEnabled }: AcmInstallation): readonly Finding[] {
  const findings: Finding[] = [];
  if (phase !== "Running") {
    const message = `MultiClusterHub ${name} is ${phase === "" ? "without a phase" : phase}, not Running`;
    const remediation = "see its status.conditions, and wait until it is Running";
    findings.push(hub === "primary" ? warning(hub, message, remediation) : critical(hub, message, remediation));
  }
  if (backupEnabled === false) {
    findings.push(
      critical(
        hub,
        `MultiClusterHub ${name} has its component cluster-backup disabled`,
        "enable cluster-backup in spec.overrides.components",
      ),
    );
  }
  return findings.length > 0 ? findings : [passed(hub, `MultiClusterHub ${name} is Running`)];
}
