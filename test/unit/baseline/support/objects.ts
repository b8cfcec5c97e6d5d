import type { ManagedObject } from "../../../../steps/baseline/object/managed-object.ts";
import type { JsonObject } from "../../../../steps/lib/json/json.ts";

/** A KubeDescheduler as the baseline renders it. */
export function descheduler(
  spec: JsonObject = { deschedulingIntervalSeconds: 60 },
  metadata: JsonObject = {},
): ManagedObject {
  return {
    apiVersion: "operator.openshift.io/v1",
    kind: "KubeDescheduler",
    metadata: { name: "cluster", namespace: "openshift-kube-descheduler-operator", ...metadata },
    spec,
  };
}
