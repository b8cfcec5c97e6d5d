import { readPublicKey } from "../../lib/audit/keys.ts";
import type { AuditRecord } from "../../lib/audit/record.ts";
import { type TrailVerdict, verifyTrail } from "../../lib/audit/verify-trail.ts";
import { errorCode } from "../../lib/errors/error-code.ts";
import { formatOutput, type OutputTable } from "../../lib/step/output.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import { switchoverError } from "../switchover-error.ts";
import type { verifyAuditParams } from "../verify-audit.ts";

type Context = CommandContext<typeof verifyAuditParams>;

async function readVerdict({ params }: Context): Promise<TrailVerdict> {
  const key = params["public-key"] === "" ? undefined : await readPublicKey(params["public-key"]);
  try {
    return await verifyTrail(params.file, key, params["expected-head"]);
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw switchoverError("SW-AUDIT-01", {
      what: `the audit trail ${params.file} cannot be read`,
      why: error instanceof Error ? error.message : String(error),
      fix: "give the file <operation>.audit.jsonl beside the state of the operation",
    });
  }
}

function nameOf({ write }: AuditRecord): string {
  if (write === undefined) return "";
  const { verb, resource, namespace, name, hub } = write;
  return `${verb} ${resource} ${namespace === undefined ? name : `${namespace}/${name}`} on ${hub}`;
}

function table(verdict: TrailVerdict, { params }: Context): OutputTable {
  const { records, broken, written, refused, unanswered, tornTold, tornAtEnd, head } = verdict;
  const signed =
    params["public-key"] === "" ? "not checked: no public key was given" : "by the given key, every record";
  const unknown = unanswered.map(nameOf).join(", ");
  return {
    columns: ["what", "value"],
    rows: [
      ["records", String(records)],
      ["chain", broken === undefined ? "whole" : `broken at record ${broken.sequence} (line ${broken.line})`],
      ["signed", broken === undefined ? signed : "not proved"],
      ["writes carried out", String(written)],
      ["writes refused", String(refused)],
      ["writes of unknown end", unanswered.length === 0 ? "0" : `${unanswered.length}: ${unknown}`],
      ["lines cut by a kill", `${tornTold} told by the next run${tornAtEnd ? ", and the last one" : ""}`],
      ["head", `${head.sequence} ${head.hash}`],
    ],
  };
}

/** @throws FairleadError SW-AUDIT-01, SW-AUDIT-02 (exit 1), AUDIT-01 (exit 2) */
export async function runVerifyAudit(context: Context): Promise<void> {
  const { params, print, summarize } = context;
  const verdict = await readVerdict(context);
  print(await formatOutput(params.output, verdict, () => table(verdict, context)));
  const { broken, records, unsigned } = verdict;
  if (broken !== undefined) {
    throw switchoverError("SW-AUDIT-02", {
      what: `the audit trail is broken at record ${broken.sequence} (line ${broken.line})`,
      why: broken.why,
      fix: "trust only the records before it; compare with the audit logs of the hubs' API servers, and find out who can write this file",
    });
  }
  const left = params["public-key"] === "" ? `; ${unsigned} are unsigned, signatures were not checked` : ", all signed";
  summarize({ what: `the audit trail is whole: ${records} records${left}` });
}
