import type { JsonObject } from "../../lib/json/json.ts";
import type { CrdSight } from "../catalog/select-assets.ts";
import type { ManagedObject } from "../object/managed-object.ts";
import type { Hardware, HardwareEvidence } from "./hardware.ts";
import type { Topology } from "./topology.ts";

/**
 * Everything of a cluster that selection and rendering depend on: with the catalog it decides what is applied, and no
 * more is asked. It is written to `context.json` and can be rendered from again.
 */
export interface ContextDocument {
  readonly schemaVersion: 1;
  readonly hco: ManagedObject;
  readonly hardware: Hardware;
  readonly topology: Topology;
  /** Images by key. */
  readonly images: Readonly<Record<string, string>>;
  /** CRDs that wanted assets need, by name. One that is not here was not looked at. */
  readonly crds: Readonly<Record<string, CrdSight>>;
  /** By asset. */
  readonly lookups: Readonly<Record<string, JsonObject>>;
  /** Assets of which a look-up could not be read, with the reason: they fail, and no other. Absent without one. */
  readonly unreadable?: Readonly<Record<string, string>>;
  /** By what each flag of `hardware` is set: for people. Absent where no node was looked at. */
  readonly evidence?: HardwareEvidence;
}
