import type { ManagedObject } from "../object/managed-object.ts";
import type { ContextDocument } from "./context-document.ts";
import { detectHardware } from "./hardware.ts";
import { describeTopology } from "./topology.ts";

/** A cluster of which nothing is known: no node, no device. */
export const emptyHardware = detectHardware([], "accurate");
export const emptyTopology = describeTopology([], {});

/** What the golden config is made of: the HyperConverged, before anything else of the cluster was asked. Pure. */
export function emptyContext(hco: ManagedObject, images: ContextDocument["images"]): ContextDocument {
  return { schemaVersion: 1, hco, hardware: emptyHardware, topology: emptyTopology, images, crds: {}, lookups: {} };
}
