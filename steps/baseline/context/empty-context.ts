import { detectHardware } from "./hardware.ts";
import { describeTopology } from "./topology.ts";

/** A cluster of which nothing is known: no node, no device. */
export const emptyHardware = detectHardware([], "accurate");
export const emptyTopology = describeTopology([], {});
