import pLimit from "p-limit";
import { FairleadError } from "../errors/fairlead-error.ts";
import { isKubeError } from "../kube/kube-error.ts";
import { applyChange } from "./apply-change.ts";
import { objectName } from "./describe-change.ts";
import { asFairleadError } from "./phase-errors.ts";
import { clientOf } from "./step-run.ts";
import type { Action, Change, PhaseContext } from "./types.ts";

type Bulk = Extract<Action<unknown>, { kind: "bulk" }>;

interface Failure {
  readonly change: Change;
  readonly error: FairleadError;
}

const namesShown = 20;

function bulkError(bulk: Bulk, failures: readonly Failure[], untried: number): FairleadError {
  const names = failures.slice(0, namesShown).map(({ change }) => objectName(change.resource, change.ref));
  const more = failures.length > namesShown ? ` and ${failures.length - namesShown} more` : "";
  const reasons = [...new Set(failures.map(({ error }) => `${error.text.what}: ${error.text.why}`))].slice(0, 3);
  const [first] = failures;
  const left = untried === 0 ? "" : `; ${untried} were not tried, since the server would refuse them too`;
  return new FairleadError(
    {
      id: "PHASE-03",
      what: `${bulk.title}: ${failures.length} of ${bulk.changes.length} failed: ${names.join(", ")}${more}`,
      why: `${reasons.join("; ")}${left}`,
      fix: `${first?.error.text.fix ?? "look at the reasons"}; a resume does only what is missing`,
    },
    { ...(first === undefined ? {} : { exitCode: first.error.exitCode, cause: first.error }) },
  );
}

/**
 * Sends independent writes at bounded concurrency, each once: the client repeats a call that fails for a passing reason,
 * and repeating it here as well would multiply the tries. Failures do not stop the others, except a refused credential, which
 * would refuse them all, unless `tryAll`.
 *
 * @returns the failures that a fresh look at live state may resolve (object gone or changed meanwhile)
 * @throws FairleadError PHASE-03 naming each object that failed
 */
export async function applyBulk(
  bulk: Bulk,
  context: PhaseContext<unknown>,
  progress: (done: number, change: Change) => void,
): Promise<readonly FairleadError[]> {
  const { signal } = context;
  const limit = pLimit(bulk.concurrency ?? 16);
  const failures: Failure[] = [];
  let done = 0;
  let denied = false;
  let untried = 0;

  async function one(change: Change): Promise<void> {
    signal.throwIfAborted();
    if (denied) {
      untried += 1;
      return;
    }
    try {
      await applyChange(clientOf(context, change.target), change, { signal, verify: "answer" });
      done += 1;
      progress(done, change);
    } catch (error) {
      signal.throwIfAborted();
      const failure = asFairleadError(error, `writing ${objectName(change.resource, change.ref)}`);
      denied ||= bulk.tryAll !== true && isKubeError(failure, "Unauthorized", "Forbidden");
      failures.push({ change, error: failure });
    }
  }

  await Promise.all(bulk.changes.map((change) => limit(() => one(change))));
  const stale = failures.filter(({ error, change }) => isStale(error, change));
  if (failures.length > stale.length || untried > 0) throw bulkError(bulk, failures, untried);
  return stale.map(({ error }) => error);
}

/** The object changed or went away between read and write: reading and planning anew decides, not the error. */
export function isStale(error: unknown, change: Change): boolean {
  if (isKubeError(error, "Conflict")) {
    if (change.verb === "replace") return change.body.metadata.resourceVersion !== undefined;
    return change.verb !== "create" && change.precondition !== undefined;
  }
  return isKubeError(error, "NotFound") && (change.verb === "merge-patch" || change.verb === "replace");
}
