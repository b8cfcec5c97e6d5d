import { join, resolve } from "node:path";
import { FairleadError } from "../../lib/errors/fairlead-error.ts";
import { writeFileAtomically } from "../../lib/state/write-file-atomically.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { baselineError } from "../baseline-error.ts";
import type { compareParams, compareResults, compareWorkspaces } from "../compare.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { withFailure } from "../failure/with-failure.ts";
import { imagesOfList, topologyOf } from "../render/overrides.ts";
import {
  compareRenderings,
  differenceCounts,
  differenceText,
  isUnchanged,
  type RenderingDifference,
} from "./compare-renderings.ts";
import { type CheckoutRendering, type Described, renderCheckout } from "./render-checkout.ts";
import { nothingRendered, type Rendering } from "./rendering.ts";

type Context = StepContext<typeof compareParams, typeof compareResults, typeof compareWorkspaces>;

// A log of megabytes helps nobody; the file has all of it.
const shownCharacters = 256 * 1024;

function describedBy({ params }: Context): Described {
  return {
    folder: params.folder,
    hcoFile: params["hco-file"],
    contextFile: params["context-file"],
    requireOptIn: params["require-opt-in"],
    asked: {
      images: imagesOfList(params.image),
      overrides: { hardware: {}, topology: topologyOf(params.topology) },
    },
  };
}

/** What was before need not be right: a change that mends it is checked, too. */
async function renderBase(context: Context, checkout: string): Promise<Rendering> {
  try {
    const rendering = await renderCheckout(checkout, describedBy(context));
    if (rendering.state === "absent") context.log.warn("the commit that is compared with has no HyperConverged");
    return rendering;
  } catch (error) {
    if (!(error instanceof FairleadError)) throw error;
    context.log.warn(`the commit that is compared with cannot be rendered, so all is new: ${error.message}`);
    return nothingRendered;
  }
}

async function renderHead(context: Context, checkout: string): Promise<CheckoutRendering> {
  const rendering = await renderCheckout(checkout, describedBy(context));
  if (rendering.state === "off") {
    context.log.warn(
      "the HyperConverged does not opt in, so nothing is wanted; require-opt-in=false renders as if it did",
    );
  }
  return rendering;
}

function nothingToRender(path: string) {
  return baselineError(
    "BASE-CMP-01",
    {
      what: "neither commit says what the platform is",
      why: path === "" ? "neither hco-file nor context-file is named" : `neither has the HyperConverged ${path}`,
      fix: "name the file of the HyperConverged in the repository with hco-file",
    },
    baselineExit.invalidInput,
  );
}

/** The difference on standard output, and the whole of it in the output workspace. */
async function write({ print, workspace, random }: Context, text: string): Promise<string | undefined> {
  if (text === "") return undefined;
  print(text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}\n…\n`);
  const folder = workspace("output");
  if (folder === undefined) return undefined;
  const path = join(folder, "rendered.diff");
  await writeFileAtomically(path, text, { mode: 0o664, random });
  return path;
}

function tell(context: Context, difference: RenderingDifference, text: string, report: string | undefined): void {
  const { results, summarize, setExitCode } = context;
  for (const name of ["added", "changed", "removed", "errors"] as const) {
    results.set(name, String(difference[name].length));
  }
  const what =
    isUnchanged(difference) && difference.errors.length === 0
      ? "the baseline stays the same"
      : differenceCounts(difference);
  if (report !== undefined) results.set("report", report);
  results.set("diff", text);
  const more = report === undefined ? {} : { more: report };
  const [failed] = difference.errors;
  if (failed === undefined) {
    results.set("outcome", isUnchanged(difference) ? "unchanged" : "changed");
    results.set("summary", what);
    summarize({ what, ...more });
    return;
  }
  results.set("outcome", "failed");
  results.set("error-code", "BASE-CMP-02");
  results.set("summary", what);
  setExitCode(baselineExit.assetsFailed);
  const fix = "correct what the assets say of it; each is told at the head of the difference";
  summarize({ id: "BASE-CMP-02", what, why: failed, fix, ...more });
}

/** The work of the step `compare`. */
export async function runCompare(context: Context): Promise<void> {
  const { params, results, workspace } = context;
  await withFailure(results, async () => {
    const root = workspace("source") ?? ".";
    const base = await renderBase(context, resolve(root, params.base));
    const head = await renderHead(context, resolve(root, params.head));
    results.set("assets", head.assets);
    if (head.state === "absent" && base.records.length === 0) throw nothingToRender(params["hco-file"]);
    const difference = compareRenderings(base, head);
    const text = differenceText(difference);
    tell(context, difference, text, await write(context, text));
  });
}
