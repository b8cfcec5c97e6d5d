import { checks } from "../../steps/switchover/preflight/registry.ts";

const hubWords = { primary: "old", secondary: "new" } as const;
const resumeWords = {
  never: "not again",
  "until-activation": "until the activation",
  "until-pause": "until backups are paused",
  always: "always",
} as const;

const cell = (text: string): string => text.replaceAll("|", "\\|");

/** The table of the preflight's checks: each id that a report may name, and what usually helps. */
export function checksDocument(): string {
  const rows = checks.map(({ number, id, name, hubs, modes, onResume, remedy }) =>
    [
      String(number),
      `\`${id}\``,
      name,
      hubs.map((hub) => hubWords[hub]).join(", "),
      modes === "both" ? "passive, full" : modes,
      resumeWords[onResume],
      remedy,
    ].map(cell),
  );
  return [
    "<!-- Generated from steps/switchover/preflight/checks by `npm run generate`. -->",
    "# Checks of the preflight",
    "",
    "A critical finding stops the switchover with exit 3 before anything is changed; a warning does not. Each finding names the",
    "objects concerned and what helps in its case; this is what usually helps.",
    "",
    "| | Check | What it looks at | Hub | Method | Looked at again by a resumed run | What helps |",
    "|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
  ].join("\n");
}
