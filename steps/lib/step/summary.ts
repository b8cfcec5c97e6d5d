import type { ErrorText } from "../errors/fairlead-error.ts";

/** The last lines of a run, which `tkn` and the OpenShift console show of a failed one: five lines at most. */
export type Summary =
  | { readonly kind: "error"; readonly error: ErrorText; readonly more?: string | undefined; readonly exitCode: number }
  | {
      /** `verdict`: the work was done, and its answer is a negative one. */
      readonly kind: "done" | "verdict";
      readonly what: string;
      readonly took: string;
      readonly more?: string | undefined;
      readonly exitCode: number;
    };

/** A line stays a line, whatever a server put into a message. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/**
 * The summary's text, plain and without colour.
 *
 * @param command `switchover activate`
 */
export function summaryText(command: string, summary: Summary): string {
  const more = summary.more === undefined ? [] : [`more: ${oneLine(summary.more)}`];
  const lines =
    summary.kind === "error"
      ? [
          `ERROR ${summary.error.id} ${command}: ${oneLine(summary.error.what)}`,
          `why:  ${oneLine(summary.error.why)}`,
          `fix:  ${oneLine(summary.error.fix)}`,
          ...more,
        ]
      : [
          `${summary.kind === "done" ? "OK   " : "NO   "} ${command}: ${oneLine(summary.what)}`,
          `took: ${summary.took}`,
          ...more,
        ];
  return `${[...lines, `exit: ${summary.exitCode}`].join("\n")}\n`;
}
