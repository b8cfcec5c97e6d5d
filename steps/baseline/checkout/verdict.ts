import { join } from "node:path";
import type { TProperties } from "typebox";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { baselineExit } from "../failure/exit-code.ts";
import type { verifyResults, verifyWorkspaces } from "./parameters.ts";

/** How a comparison came out, in words. */
export type Verdict =
  | { readonly state: "equal"; readonly summary: string }
  | {
      readonly state: "different";
      readonly id: string;
      readonly what: string;
      readonly why: string;
      readonly fix: string;
      /** All differences, for people. */
      readonly text: string;
    };

type Context = Pick<
  StepContext<TProperties, typeof verifyResults, typeof verifyWorkspaces>,
  "results" | "workspace" | "print" | "summarize" | "setExitCode" | "random"
>;

/** Tells the verdict in all the ways that a step has: the text, the file, the results, the last lines, the exit code. */
export async function tellVerdict(context: Context, verdict: Verdict, file: string): Promise<void> {
  const { results, workspace, print, summarize, setExitCode, random } = context;
  results.set("outcome", verdict.state);
  if (verdict.state === "equal") {
    results.set("summary", verdict.summary);
    summarize({ what: verdict.summary });
    return;
  }
  const { id, what, why, fix, text } = verdict;
  print(text);
  const folder = workspace("output");
  const more = folder === undefined ? undefined : join(folder, file);
  if (more !== undefined) {
    await writeFileAtomically(more, text.endsWith("\n") ? text : `${text}\n`, { mode: 0o664, random });
    results.set("report", more);
  }
  results.set("summary", what);
  results.set("error-code", id);
  setExitCode(baselineExit.different);
  summarize({ what, id, why, fix, ...(more === undefined ? {} : { more }) });
}
