import { clusterLevels } from "../../steps/lib/events/event-lines.ts";
import { lineFields, lineStates, lineTypeMeanings } from "../../steps/lib/log/line-format.ts";
import { lineTypes, logFormatVersion } from "../../steps/lib/log/line-type.ts";
import { type ClusterState, clusterStateMeanings } from "../../steps/lib/phase/cluster-follower.ts";

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line), ""];
}

const code = (text: string): string => `\`${text}\``;

/** The format of the log's JSON lines, for who reads them by program. */
export function logLinesDocument(): string {
  const fields = Object.entries(lineFields).map(([name, { on, meaning }]) => [
    code(name),
    on === undefined ? "all" : on.map(code).join(", "),
    meaning,
  ]);
  const states = Object.entries(lineStates).flatMap(([type, meanings]) =>
    Object.entries(meanings).map(([state, meaning]) => [code(type), code(state), meaning]),
  );
  const clusters = Object.entries(clusterStateMeanings).map(([state, meaning]) => [
    code(state),
    clusterLevels[state as ClusterState], // keys of that very record
    meaning,
  ]);
  return [
    "<!-- Generated from steps/lib/log and steps/lib/events by `npm run generate`. -->",
    "# Log lines",
    "",
    "In a pod, and with `--log-format json`, each line of the log is one JSON object of at most 8 kB. Secrets are hidden in it. The",
    "last lines of a run are plain text for people and follow after the last JSON line; whoever reads by program takes every line",
    "that is no JSON object as text. On a terminal the same is shown as a list or as text; lines of the types `check`, `cluster` and",
    "`result` are then left out unless `log-level` is `debug`, since the table, the counts and the last lines say the same.",
    "",
    `This is version ${logFormatVersion} of the format: the first line of each Task says so in \`format\`. Within a version fields, states and`,
    "lines may be added; a type that is added, and a field that goes or changes its meaning, makes the next version. Wording of `msg`",
    "and the order of fields are no part of it.",
    "",
    "## Types",
    "",
    ...table(
      ["Type", "Tells"],
      lineTypes.map((type) => [code(type), lineTypeMeanings[type]]),
    ),
    "## Fields",
    "",
    ...table(["Field", "Types", "Meaning"], fields),
    "## States of phases, steps and runs",
    "",
    ...table(["Type", "State", "Meaning"], states),
    "## States of clusters",
    "",
    "One line per change of one cluster. Of thousands of clusters the level `info` tells the connection of each, and what went wrong;",
    "what lies before it is told with `log-level` `debug`. Clusters that a wait gave up are named once more in full, fifty to a line.",
    "A Task begins anew: it tells the state in which it finds each cluster once.",
    "",
    ...table(["State", "Level", "Meaning"], clusters),
  ].join("\n");
}
