import type { RunIdentity } from "../../lib/step/types.ts";

/**
 * The name by which a run holds the lock and tells of itself. Outside of Tekton the process id is no name: it is the same
 * in each container. Pure.
 */
export function runIdOf({ name, uid, inTekton }: RunIdentity): string {
  return inTekton ? name : `${name}-${uid}`;
}
