import * as Type from "typebox";
import { defineCommand } from "../lib/step/define-command.ts";
import { outputParam } from "../lib/step/output.ts";

export const verifyAuditParams = {
  file: Type.String({
    minLength: 1,
    maxLength: 4096,
    description: "Audit trail of an operation, beside its state, for example .state/spring-drill.audit.jsonl",
  }),
  "public-key": Type.String({
    default: "",
    description:
      "File of the public key (PEM) that must have signed every record; only the chain is checked when empty",
  }),
  "expected-head": Type.Optional(
    Type.String({
      pattern: "^[0-9a-f]{64}$",
      rule: "a SHA-256 as 64 lower-case hex digits",
      description:
        "Hash of a record that must be in the trail, kept elsewhere, so that records removed at the end are missed",
    }),
  ),
  output: outputParam,
};

/** Proves an audit trail. Asks no hub and changes nothing. */
export const verifyAudit = defineCommand({
  area: "switchover",
  name: "verify-audit",
  summary: "Prove that an audit trail is whole and signed",
  description:
    "Reads the audit trail of an operation from its beginning: each record must follow the one before, have the content that was hashed, and be signed by the given key. Names the first record that does not. A last line that a kill cut off is told and is no fault.",
  params: verifyAuditParams,
  exitCodes: [
    { code: 0, meaning: "the trail is whole" },
    { code: 1, meaning: "the trail is broken, or cannot be read" },
    { code: 2, meaning: "a parameter or the key is invalid" },
  ],
  positional: ["file"],
  example: { file: ".state/spring-drill.audit.jsonl", "public-key": "ed25519.pub.pem" },
  run: async (context) => {
    const { runVerifyAudit } = await import("./verify-audit/run-verify-audit.ts");
    await runVerifyAudit(context);
  },
});
