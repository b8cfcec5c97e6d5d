import { type ManagedObject, textsOf } from "../object/managed-object.ts";
import { marker } from "./marker-keys.ts";

/** Who has an object: the baseline, or its user alone. Any other word leaves it managed and is told. */
export type Mode = { readonly mode: "managed" | "unmanaged" } | { readonly mode: "unknown"; readonly given: string };

/** What a user wrote on a live object. */
export interface Markers {
  readonly mode: Mode;
  /** The text of the patch; empty where there is none. */
  readonly patch: string;
  /** The text of the ignored fields; empty where there are none. */
  readonly ignoreFields: string;
  readonly isPaused: boolean;
}

function modeOf(given: string): Mode {
  switch (given) {
    case "":
      return { mode: "managed" };
    case "unmanaged":
      return { mode: "unmanaged" };
    default:
      return { mode: "unknown", given };
  }
}

/** Pure. */
export function readMarkers(live: ManagedObject): Markers {
  const annotations = textsOf(live, "annotations");
  return {
    mode: modeOf(annotations[marker.mode] ?? ""),
    patch: annotations[marker.patch] ?? "",
    ignoreFields: annotations[marker.ignoreFields] ?? "",
    isPaused: annotations[marker.reconcilePaused] === "true",
  };
}
