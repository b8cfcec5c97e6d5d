import { type OutputTable, plainCell } from "../../lib/step/output.ts";
import { isWithoutOldHub } from "../operation/lost-hub-advice.ts";
import type { ArchivedRestore } from "../state/operation-memory.ts";
import type { StateDocument, StoredPhase } from "../state/state-document.ts";
import type { ShownFile } from "./find-states.ts";

/** Who looks, and when. */
export interface Viewer {
  readonly version: string;
  /** ms since the epoch. */
  readonly now: number;
  readonly color: boolean;
}

const phaseWords: Readonly<Record<Exclude<StoredPhase, "completed">, string>> = {
  init: "nothing was done yet",
  preflight_validation: "both hubs are being checked",
  primary_preparation: "the old hub is being prepared",
  secondary_verification: "the new hub is being looked at (written by an older version)",
  activation: "the managed clusters are being activated on the new hub",
  post_activation_verification: "the clusters are connecting to the new hub",
  finalization: "backups are being turned on at the new hub",
  failed: "a step failed; start again to resume",
  rollback: "the switchover is being rolled back",
  rolled_back: "the switchover was rolled back",
  decommission: "the hub is being removed",
};

const colours: Readonly<Partial<Record<StoredPhase, number>>> = {
  completed: 32,
  failed: 31,
  rollback: 33,
  rolled_back: 33,
};

/** `3h ago`; empty for what is no time. Pure. */
export function age(timestamp: string, now: number): string {
  const seconds = Math.floor((now - Date.parse(timestamp)) / 1000);
  if (Number.isNaN(seconds)) return "";
  if (seconds < 0) return "in the future";
  const units = [
    [86_400, "d"],
    [3600, "h"],
    [60, "m"],
  ] as const;
  const unit = units.find(([size]) => seconds >= size);
  return unit === undefined ? `${seconds}s ago` : `${Math.floor(seconds / unit[0])}${unit[1]} ago`;
}

function dated(timestamp: string, now: number): string {
  const words = age(timestamp, now);
  return words === "" ? plainCell(timestamp) : `${plainCell(timestamp)} (${words})`;
}

function overview(state: StateDocument, { version, now }: Viewer): readonly string[] {
  const hub = (name: "primary" | "secondary") => {
    const { id, api, acmVersion } = state.hubs[name];
    const words = id === "" ? `unknown${api === "" ? "" : ` at ${api}`}` : `${id} at ${api}, ACM ${acmVersion}`;
    return plainCell(`${words}${name === "primary" && isWithoutOldHub(state) ? "; declared down" : ""}`);
  };
  return [
    "Overview",
    `  schema version  ${state.version}`,
    `  written by      ${plainCell(state.tool_version)}, shown by ${version}`,
    `  created         ${dated(state.created_at, now)}`,
    `  last updated    ${dated(state.last_updated, now)}`,
    `  old hub         ${hub("primary")}`,
    `  new hub         ${hub("secondary")}`,
  ];
}

function phaseLines({ current_phase: phase, operation }: StateDocument, color: boolean): readonly string[] {
  // Older writers knew one operation only.
  const words = phase === "completed" ? `the ${plainCell(operation ?? "switchover")} is complete` : phaseWords[phase];
  const code = colours[phase];
  const label = color && code !== undefined ? `\u001b[${code}m${phase}\u001b[0m` : phase;
  return ["Current phase", `  ${label}: ${words}`];
}

function stepLines({ completed_steps: steps }: StateDocument): readonly string[] {
  const lines = steps.map(({ name, phase, timestamp }, index) =>
    plainCell(`  ${index + 1}. ${name}${phase === undefined ? "" : ` (${phase})`}  ${timestamp}`),
  );
  return ["Completed steps", ...(lines.length === 0 ? ["  none"] : lines)];
}

/** A file of an older writer has only one of the two forms of the names. */
function archivedLines(restore: ArchivedRestore): readonly string[] {
  const names = restore.spec ?? restore.velero_backups;
  const backups = [
    `managed clusters ${names?.veleroManagedClustersBackupName ?? "unknown"}`,
    `credentials ${names?.veleroCredentialsBackupName ?? "unknown"}`,
    `resources ${names?.veleroResourcesBackupName ?? "unknown"}`,
  ];
  const restores = [
    restore.velero_managed_clusters_restore_name,
    restore.velero_credentials_restore_name,
    restore.velero_resources_restore_name,
  ].filter(Boolean);
  const lines = [
    `    ${restore.namespace}/${restore.name}, ${restore.phase || "without a phase"}`,
    `      uid       ${restore.uid}`,
    `      created   ${restore.creation_timestamp || "unknown"}`,
    `      archived  ${restore.archived_at}`,
    `      backups   ${backups.join(", ")}`,
    `      restores  ${restores.join(", ") || "none known"}`,
    `      message   ${restore.last_message.slice(0, 60)}`,
  ];
  return lines.map(plainCell);
}

/** Lists are counted, objects go one level deep: a baseline of thousands of clusters would hide everything else. */
function brief(value: unknown, deep: boolean): string {
  if (Array.isArray(value)) return `[${value.length} items]`;
  if (typeof value !== "object" || value === null) return plainCell(String(value));
  if (!deep) return "{…}";
  const parts = Object.entries(value).map(([key, inner]) => `${plainCell(key)}: ${brief(inner, false)}`);
  return `{ ${parts.join(", ")} }`;
}

function configurationLines({ config, parameters }: StateDocument): readonly string[] {
  const { archived_restores: archived = [], ...memory } = config;
  return [
    "Configuration",
    ...Object.entries({ ...parameters, ...memory }).map(([key, value]) => `  ${plainCell(key)}: ${brief(value, true)}`),
    ...(archived.length === 0 ? [] : ["  archived_restores:", ...archived.flatMap(archivedLines)]),
  ];
}

function errorLines({ errors }: StateDocument): readonly string[] {
  const lines = errors.map(({ timestamp, phase, code, error }) =>
    plainCell(`  ${timestamp}  ${phase}  ${code === undefined ? "" : `${code}: `}${error}`),
  );
  return ["Errors", ...(lines.length === 0 ? ["  none"] : lines)];
}

/** The state for people. Pure. */
export function stateText(file: string, state: StateDocument, viewer: Viewer): string {
  return [
    [`Operation ${plainCell(state.operation_id)} (${file})`],
    overview(state, viewer),
    phaseLines(state, viewer.color),
    stepLines(state),
    configurationLines(state),
    errorLines(state),
  ]
    .map((section) => section.join("\n"))
    .join("\n\n");
}

/** One line for each operation. Pure. */
export function listTable(files: readonly ShownFile[]): OutputTable {
  return {
    columns: ["file", "from", "to", "phase", "updated"],
    rows: files.map((shown) =>
      shown.usable
        ? [
            shown.file,
            shown.state.hubs.primary.id,
            shown.state.hubs.secondary.id,
            shown.state.current_phase,
            shown.state.last_updated,
          ]
        : [shown.file, "", "", shown.why, ""],
    ),
  };
}
