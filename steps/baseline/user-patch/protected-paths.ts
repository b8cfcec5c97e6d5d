import { isOnTheWay, type JsonPath } from "../../lib/json/json-pointer.ts";
import { managedLabel, markerKeys } from "../markers/marker-keys.ts";

const serverSet = [
  "managedFields",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "finalizers",
  "ownerReferences",
  "generateName",
  "selfLink",
] as const;

/** What makes an object the one that it is, what the server writes, and what steers the baseline. */
const protectedPaths: readonly JsonPath[] = [
  ["apiVersion"],
  ["kind"],
  ["status"],
  ["metadata", "name"],
  ["metadata", "namespace"],
  ...serverSet.map((field) => ["metadata", field]),
  ["metadata", "labels", managedLabel],
  ...markerKeys.map((key) => ["metadata", "annotations", key]),
];

/**
 * The protected place that a patch would touch there: the place itself, one below it, or one above it, since who
 * replaces all labels replaces the protected ones. Pure.
 */
export function protectedPlace(path: JsonPath): JsonPath | undefined {
  return protectedPaths.find((one) => isOnTheWay(one, path));
}
