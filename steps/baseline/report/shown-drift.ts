import type { Difference } from "../drift/differences.ts";
import type { AssetRecord, DriftedField } from "../run/run-record.ts";

/** Kinds whose values no report may hold, since anyone may read a report who can read the run. */
function isSecretLike({ identity }: AssetRecord): boolean {
  return identity?.kind.endsWith("Secret") ?? false;
}

/** What drifted of an asset, as a report may show it: of what is secret, that it differs. Pure. */
export function shownDrift(record: AssetRecord): readonly DriftedField[] {
  if (!isSecretLike(record)) return record.drift;
  return record.drift.map((field) => ({ ...field, live: hidden(field.live), desired: hidden(field.desired) }));
}

function hidden(value: Difference["live"]): Difference["live"] {
  return value === null ? null : "(hidden)";
}
