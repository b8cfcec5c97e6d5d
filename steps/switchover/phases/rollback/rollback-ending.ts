import type { FairleadError } from "../../../lib/errors/fairlead-error.ts";
import type { OperationMemory } from "../../state/operation-memory.ts";
import { switchoverError } from "../../switchover-error.ts";
import { listNames } from "../post-activation/verify-clusters-connected.ts";
import { deletionAdvice } from "../restore-removal.ts";

/** What a rollback could not bring to its end, and the steps that a later one must do again. */
export interface Unfinished {
  readonly error: FairleadError;
  /** The first is the one that failed. */
  readonly steps: readonly [string, ...string[]];
}

/** Judges a rollback whose steps have all run: a hanging deletion and absent clusters did not hold them up. Pure. */
export function unfinishedOf({ rollback }: OperationMemory, allowPartial: boolean): Unfinished | undefined {
  const hanging = rollback?.hanging_restores ?? [];
  if (hanging.length > 0) {
    return {
      error: switchoverError("SW-RB-06", {
        what: "the activation of the new hub is not gone",
        why: `${hanging.join("; ")}; the old hub was given everything back all the same`,
        fix: `${deletionAdvice.replace("then resume", "then start the rollback again")}`,
      }),
      steps: ["rb_delete_activation_restore", "rb_recreate_passive"],
    };
  }
  const disconnected = rollback?.disconnected_clusters ?? [];
  if (disconnected.length > 0 && !allowPartial) {
    return {
      error: switchoverError("SW-RB-07", {
        what: `${disconnected.length} clusters are not connected to the old hub again`,
        why: `not connected: ${listNames(disconnected)}; an imported cluster that the new hub took needs the old hub's import again`,
        fix: "import them on the old hub (an auto-import-secret in their namespaces, or the import command on the clusters), then start the rollback again; rollback-allow-partial accepts it as it is",
      }),
      steps: ["rb_verify"],
    };
  }
  return undefined;
}
