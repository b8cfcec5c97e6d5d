import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AuditedClients } from "../../lib/audit/audited-clients.ts";
import { readSigningKey } from "../../lib/audit/keys.ts";
import { openTrail } from "../../lib/audit/open-trail.ts";
import type { KubeClient } from "../../lib/kube/types.ts";
import type { PhaseEvent } from "../../lib/phase/types.ts";
import type { CommandContext } from "../../lib/step/types.ts";
import { fileMode } from "./operation-locks.ts";

/** The trail of an operation while this run writes it. */
export interface OperationAudit {
  /** Clients whose writes stand in the trail. */
  watch<C extends Readonly<Record<string, KubeClient>>>(clients: C): C;
  /** Follows the phases, so that each line names its step. */
  take(event: PhaseEvent): void;
  close(): Promise<void>;
}

/** The key in the Secret of the workspace `audit-key`. */
export const auditKeyFile = "ed25519.pem";

const silent: OperationAudit = { watch: (clients) => clients, take: () => undefined, close: async () => undefined };

export interface AuditRequest {
  readonly context: Pick<CommandContext<Record<never, never>>, "run" | "clock" | "log">;
  readonly operation: string;
  readonly operationId: string;
  readonly stateFile: string;
  /** PEM file of the signing key; without one lines are chained but not signed. */
  readonly keyPath: string | undefined;
  readonly dryRun: boolean;
}

export function auditFileOf(stateFile: string): string {
  return stateFile.replace(/\.json$/, ".audit.jsonl");
}

/** Where the key of the workspace `audit-key` is; `undefined` when that is not bound. */
export function keyPathOf(folder: string | undefined): string | undefined {
  return folder === undefined || isEmpty(folder) ? undefined : join(folder, auditKeyFile);
}

/** The kubelet mounts an optional Secret that nobody made as an empty folder, with hidden names of its own. */
function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).every((name) => name.startsWith(".."));
  } catch {
    // Whoever reads the key then says what is wrong with it.
    return false;
  }
}

/** Before any hub is asked. @throws FairleadError AUDIT-01 (exit 2) */
export async function checkAuditKey(path: string | undefined): Promise<void> {
  if (path !== undefined) await readSigningKey(path);
}

/**
 * Opens the trail beside the state of an operation whose lock is held. A dry run has none.
 *
 * @throws FairleadError AUDIT-01 for a key that cannot be used (exit 2), STATE-… when the volume refuses
 */
export async function openAudit(request: AuditRequest): Promise<OperationAudit> {
  if (request.dryRun) return silent;
  const { context, operation, operationId, stateFile, keyPath } = request;
  const { run, clock } = context;
  const who = { run: run.name, runUid: run.uid, taskRun: run.taskRun, program: `fairlead/${run.toolVersion}` };
  const subject = { who, operation, operationId };
  const trail = await openTrail({
    path: auditFileOf(stateFile),
    mode: fileMode(run.inTekton),
    clock,
    opened: subject,
    ...(keyPath === undefined ? {} : { key: await readSigningKey(keyPath) }),
  });
  const clients = new AuditedClients(trail, subject);
  return {
    watch: (given) => clients.watch(given),
    take: (event) => {
      if (event.type === "step-started") clients.at({ phase: event.phase, step: event.step });
      if (event.type === "phase-ended") clients.at({});
    },
    close: async () => {
      await trail.close();
      // In the log, which is kept elsewhere, it proves later that no record is missing at the end.
      const { sequence, hash } = trail.head();
      context.log.info(`audit trail: ${sequence} records, head ${hash}`, { operationId });
    },
  };
}
