import { logEvent } from "../../lib/events/log-events.ts";
import type { Logger } from "../../lib/log/logger.ts";
import type { CheckResult } from "./finding.ts";

/** One line per finding, for programs: people get the table. */
export function tellResults(log: Logger, results: readonly CheckResult[]): void {
  for (const { id, name, hub, result, severity, message, remediation } of results) {
    logEvent(log, { type: "check", id, name, hub, result, severity, message, remediation });
  }
}
