import { systemClock } from "../clock/system-clock.ts";
import { HeldLog } from "../log/held-log.ts";
import type { LogLevel } from "../log/log-settings.ts";
import type { LogFields } from "../log/logger.ts";
import type { TextSink } from "../log/text-sink.ts";
import { logLevels } from "./common-params.ts";
import { paramVariable } from "./environment-names.ts";
import type { Host } from "./host.ts";
import type { ParsedFlags } from "./parse-flags.ts";
import { useColor } from "./terminal.ts";

export interface OpenedLog {
  readonly log: HeldLog;
  /** Lines for people on a terminal that can be redrawn. */
  readonly onScreen: boolean;
  readonly level: LogLevel;
  /** Where the log and the summary go: one stream, so that the summary is really last. */
  readonly stream: TextSink;
}

function levelOf(flags: ParsedFlags, host: Host): LogLevel {
  const text = flags.values.get("log-level")?.[0] ?? host.variable(paramVariable("log-level"));
  // A wrong level is reported with the other params; until then lines are written as usual.
  return logLevels.find((level) => level === text) ?? "info";
}

/**
 * In a pod: JSON lines on standard output, the one stream that everybody collects. Elsewhere standard output belongs to
 * the command's own answer (`--output json | jq`), so log and summary go to standard error, as text on a terminal.
 */
export async function openLog(
  flags: ParsedFlags,
  host: Host,
  inTekton: boolean,
  fields: LogFields,
): Promise<OpenedLog> {
  const stream = inTekton ? host.stdout : host.stderr;
  const isTty = inTekton ? host.stdoutIsTty : host.stderrIsTty;
  const given = flags.run.logFormat;
  const level = levelOf(flags, host);
  const settings = { level, sink: stream };
  if (given === "text" || (given !== "json" && isTty)) {
    const { createTextLogger } = await import("../log/text-logger.ts");
    const color = useColor(host.variable, isTty);
    const log = new HeldLog(createTextLogger({ ...settings, color, now: systemClock.now }, fields));
    const onScreen = !inTekton && isTty && host.stdoutIsTty && level !== "debug" && host.variable("TERM") !== "dumb";
    return { log, onScreen, level, stream };
  }
  const { createJsonLogger } = await import("../log/json-logger.ts");
  return { log: new HeldLog(createJsonLogger(settings, fields)), onScreen: false, level, stream };
}
