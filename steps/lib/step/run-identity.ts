import type { Random } from "../clock/clock.ts";
import { paramVariable } from "./environment-names.ts";
import type { Host } from "./host.ts";
import { toolVersion } from "./tool-version.ts";
import type { RunIdentity } from "./types.ts";

/**
 * Who runs. In a Task the TaskRun's name is always set; the PipelineRun's name and uid are empty for a bare TaskRun.
 *
 * @param uidFlag `--run-uid` as given
 */
export function runIdentity(host: Host, uidFlag: string | undefined, random: Random): RunIdentity {
  const taskRun = host.variable("TASKRUN_NAME") ?? "";
  const local = `local-${host.pid}`;
  const uid = uidFlag ?? host.variable(paramVariable("run-uid")) ?? "";
  return {
    name: firstGiven(host.variable("RUN_NAME"), taskRun, local),
    uid: firstGiven(uid, random.hex(8)),
    taskRun: firstGiven(taskRun, local),
    inTekton: taskRun !== "",
    toolVersion,
  };
}

function firstGiven(...texts: readonly (string | undefined)[]): string {
  return texts.find((text) => text !== undefined && text !== "") ?? "";
}
