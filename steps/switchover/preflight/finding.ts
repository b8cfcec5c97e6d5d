import { declaredDown } from "../hubs.ts";
import type { Reading } from "./reading.ts";

export type Severity = "critical" | "warning" | "info";
export type FindingHub = "primary" | "secondary" | "both";

/** One verdict of one check about one hub. `remediation` is empty where nothing needs to be done. */
export interface Finding {
  readonly hub: FindingHub;
  readonly result: "passed" | "failed" | "skipped";
  readonly severity: Severity;
  readonly message: string;
  readonly remediation: string;
  /** Further facts for the JSON report. */
  readonly data?: unknown;
}

/** A finding with the check that made it. */
export interface CheckResult extends Finding {
  readonly id: string;
  readonly number: number;
  readonly name: string;
}

export function passed(hub: FindingHub, message: string, data?: unknown): Finding {
  const finding = { hub, result: "passed", severity: "info", message, remediation: "" } as const;
  return data === undefined ? finding : { ...finding, data };
}

/** Blocks the switchover. */
export function critical(hub: FindingHub, message: string, remediation: string, data?: unknown): Finding {
  return failed(hub, "critical", { message, remediation, ...(data === undefined ? {} : { data }) });
}

/** Does not block. */
export function warning(hub: FindingHub, message: string, remediation: string, data?: unknown): Finding {
  return failed(hub, "warning", { message, remediation, ...(data === undefined ? {} : { data }) });
}

export function skipped(hub: FindingHub, message: string): Finding {
  return { hub, result: "skipped", severity: "info", message, remediation: "" };
}

interface Advice {
  readonly message: string;
  readonly remediation: string;
  readonly data?: unknown;
}

export function failed(hub: FindingHub, severity: Severity, advice: Advice): Finding {
  return { hub, result: "failed", severity, ...advice };
}

interface Judgement<T> {
  readonly hub: FindingHub;
  /** Severity of "cannot tell" on a hub that answers. */
  readonly unreadable: "critical" | "warning";
  readonly decide: (value: T) => readonly Finding[];
  /** What an API that is not installed means; a failure of severity `unreadable` unless given. */
  readonly absent?: () => readonly Finding[];
}

/**
 * Decides over a reading. What could not be read never passes: it fails with the reason and the missing permission,
 * save on a hub that is down, where `api-connectivity` has already failed and the rest is skipped.
 */
export function judge<T>(reading: Reading<T>, judgement: Judgement<T>): readonly Finding[] {
  const { hub, unreadable } = judgement;
  switch (reading.state) {
    case "read":
      return judgement.decide(reading.value);
    case "hub-down":
      return [skipped(hub, "not checked: the hub does not answer")];
    case "declared-down":
      return [skipped(hub, `not checked: ${declaredDown}`)];
    case "absent":
      return (
        judgement.absent?.() ?? [
          failed(hub, unreadable, {
            message: `the hub does not serve ${reading.kind}: its CustomResourceDefinition is not installed`,
            remediation: "install ACM with its component cluster-backup on this hub, or correct the kubeconfig",
          }),
        ]
      );
    case "unread":
      return [
        failed(hub, unreadable, {
          message: `could not be checked: ${reading.text.what}: ${reading.text.why}`,
          remediation: reading.text.fix,
          data: { errorId: reading.text.id },
        }),
      ];
  }
}
