import { basename } from "node:path";
import { formatOutput } from "../../lib/step/output.ts";
import { stateFolder } from "../operation/connect-operation.ts";
import { stateFileOf } from "../operation/open-operation.ts";
import { withFailure } from "../operation/with-outcome.ts";
import type { ShowStateContext } from "./declaration.ts";
import { readOneState, readShownFile, stateFiles } from "./find-states.ts";
import { listTable, stateText } from "./render-state.ts";

/** The work of the step `show-state`. */
export async function runShowState(context: ShowStateContext): Promise<void> {
  await withFailure(context.results, async () => {
    await (context.params.list ? showList(context) : showOne(context));
    context.results.set("outcome", "succeeded");
  });
}

function folderOf({ setting, workspace }: ShowStateContext): string {
  return stateFolder({ setting, folders: { state: workspace("state") } }).path;
}

async function showList(context: ShowStateContext): Promise<void> {
  const { params, print, summarize, results } = context;
  const files = await Promise.all((await stateFiles(folderOf(context))).map(readShownFile));
  print(await formatOutput(params.output, files, () => listTable(files)));
  const what = `${files.length} ${files.length === 1 ? "operation" : "operations"}`;
  results.set("summary", what);
  summarize({ what });
}

async function showOne(context: ShowStateContext): Promise<void> {
  const { params, print, summarize, results, clock, run, terminal } = context;
  const id = params["operation-id"];
  const folder = folderOf(context);
  const path = id === undefined ? (await stateFiles(folder))[0] : stateFileOf(folder, id);
  const state = await readOneState(path);
  const viewer = { version: run.toolVersion, now: clock.now(), color: terminal.color };
  print(
    params.output === "table"
      ? stateText(basename(path), state, viewer)
      : await formatOutput(params.output, state, () => ({ columns: [], rows: [] })),
  );
  results.set("phase", state.current_phase);
  results.set("state-file", basename(path));
  const what = `operation ${state.operation_id} is in phase ${state.current_phase}`;
  results.set("summary", what);
  summarize({ what });
}
