import { type Json, type JsonObject, valueAt } from "../../../../steps/lib/json/json.ts";
import { type BaselineBench, type BaselineRun, descheduler } from "./baseline-bench.ts";

const prefix = "platform.kubevirt.io/";

/** The asset of the descheduler, and its object as Events name it. */
export const deschedulerAsset = "descheduler-loadaware";
export const deschedulerTarget = "KubeDescheduler/openshift-kube-descheduler-operator/cluster";
export const interval = "/spec/deschedulingIntervalSeconds";

export interface UserDescheduler {
  readonly spec?: JsonObject;
  readonly labels?: Readonly<Record<string, string>>;
  /** Without `platform.kubevirt.io/`. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A KubeDescheduler as its user writes it; its interval is 300 unless told otherwise. */
export function userDescheduler({
  spec = { deschedulingIntervalSeconds: 300 },
  labels = {},
  annotations = {},
}: UserDescheduler): JsonObject {
  const long = Object.entries(annotations).map(([key, value]) => [`${prefix}${key}`, value]);
  const { name, namespace = "" } = descheduler;
  return {
    apiVersion: "operator.openshift.io/v1",
    kind: "KubeDescheduler",
    metadata: { name, namespace, labels, annotations: Object.fromEntries(long) },
    spec,
  };
}

/** The note of the Event of that reason about the descheduler. @throws Error where there is none, or more than one */
export function deschedulerNote({ summary }: Pick<BaselineRun, "summary">, reason: string): string {
  const found = summary.events.filter((event) => event.reason === reason && event.target === deschedulerTarget);
  const [event] = found;
  if (event === undefined || found.length > 1) throw new Error(`${found.length} Events ${reason} of the descheduler`);
  return event.note;
}

/** What of the live descheduler lies there. */
export async function liveValue(bench: BaselineBench, ...path: readonly string[]): Promise<Json | undefined> {
  return valueAt(await bench.get(descheduler), path);
}

export async function liveInterval(bench: BaselineBench): Promise<Json | undefined> {
  return await liveValue(bench, "spec", "deschedulingIntervalSeconds");
}
