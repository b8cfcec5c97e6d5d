import { parseTime } from "../../acm/timestamp.ts";
import { critical, judge, passed } from "../../preflight/finding.ts";
import { count } from "../../preflight/name-list.ts";
import type { PostflightCheck } from "../check.ts";
import { newHubTime } from "../observation.ts";

/** Older complaints were of another time: Velero's log begins with its pod, perhaps months ago. */
const recentMs = 3600 * 1000;
const shown = 3;
const maxCharacters = 200;
const maxLine = 4000;

export const veleroLog: PostflightCheck = {
  id: "velero-log",
  number: 12,
  name: "Velero complains of nothing",
  hub: "secondary",
  evaluate: (hub, _settings, observation) =>
    judge(hub.veleroLog, {
      hub: "secondary",
      // Whoever may not read logs has still seen the backups themselves.
      unreadable: "warning",
      decide: (text) => {
        if (text === undefined) {
          return [critical("secondary", "no pod of Velero exists", "see the DataProtectionApplication")];
        }
        const errors = recentErrors(text, newHubTime(observation));
        return errors.length === 0
          ? [passed("secondary", "no error in its log within the last hour")]
          : [
              critical(
                "secondary",
                `${count(errors.length, "error")} in its log within the last hour, the last: ${errors.slice(-shown).join(" | ")}`,
                "see the log of Velero's pod",
              ),
            ];
      },
    }),
};

/**
 * Messages of the error lines of the last hour; a line without a time counts. Velero (1.18) writes
 * `time="2026-01-01T00:00:00Z" level=error msg="…"`, or JSON. Pure.
 */
export function recentErrors(log: string, now: number): readonly string[] {
  return log
    .split("\n")
    .map((line) => line.slice(0, maxLine))
    .filter((line) => severe.test(fieldOf(line, "level")))
    .filter((line) => {
      const at = parseTime(fieldOf(line, "time"));
      return at === undefined || now - at <= recentMs;
    })
    .map((line) => (fieldOf(line, "msg") || line).slice(0, maxCharacters));
}

const severe = /^(error|fatal|panic)$/;

/** Value of a field of a log line, empty where it has none. Quoted text is passed over: it may look like a field. */
function fieldOf(line: string, name: string): string {
  for (const [, key, quoted, bare] of line.matchAll(/"?(\w+)"?[=:]\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",}]+))/g)) {
    if (key === name) {
      return quoted ?? bare ?? "";
    }
  }
  return "";
}
