import { readFile } from "node:fs/promises";
import type { Logger } from "../../lib/log/logger.ts";
import { gitops } from "./checks/gitops.ts";

interface Judged {
  readonly id: string;
  readonly hub: string;
  readonly result: string;
  readonly message: string;
}

/**
 * What a run repeats at its end, however that was: whoever reads only the last lines should not miss that Git still leads
 * to the old hub.
 */
export function gitopsAdvice(results: readonly Judged[]): readonly string[] {
  return results
    .filter(({ id, result }) => id === gitops.id && result === "failed")
    .map(({ hub, message }) => `GitOps on the ${hub} hub: ${message}`);
}

/** The same from the report that an earlier Task of the run left; says nothing where there is none. */
export async function tellGitopsAdvice(preflightReport: string, log: Logger): Promise<void> {
  const text = await readFile(preflightReport, "utf8").catch(() => undefined);
  if (text === undefined) return;
  try {
    const { checks }: { readonly checks: readonly Judged[] } = JSON.parse(text);
    for (const line of gitopsAdvice(checks)) log.warn(line);
  } catch (error) {
    log.debug(`the report of the preflight tells nothing of GitOps: ${String(error)}`);
  }
}
