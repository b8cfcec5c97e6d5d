import type { JsonObject } from "../../lib/json/json.ts";
import type { ManagedObject } from "../object/managed-object.ts";

export interface PlainFile {
  readonly path: string;
  readonly text: string;
}

/** What a MachineConfig has each worker do. */
export interface WorkerSettings {
  readonly name: string;
  readonly files: readonly PlainFile[];
  readonly kernelArguments?: readonly string[];
}

/** The same bytes for the same text: any change of a MachineConfig reboots the nodes of its pool. */
function ignitionFile({ path, text }: PlainFile): JsonObject {
  const source = `data:;base64,${Buffer.from(text, "utf8").toString("base64")}`;
  return { path, mode: 0o644, overwrite: true, contents: { source } };
}

/** A MachineConfig of machineconfiguration.openshift.io/v1 for the pool of the workers, with Ignition 3.5.0. Pure. */
export function workerMachineConfig({ name, files, kernelArguments = [] }: WorkerSettings): ManagedObject {
  return {
    apiVersion: "machineconfiguration.openshift.io/v1",
    kind: "MachineConfig",
    metadata: { name, labels: { "machineconfiguration.openshift.io/role": "worker" } },
    spec: {
      config: { ignition: { version: "3.5.0" }, storage: { files: files.map(ignitionFile) } },
      ...(kernelArguments.length === 0 ? {} : { kernelArguments }),
    },
  };
}
