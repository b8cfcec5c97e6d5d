import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CommitFiles, fetchFiles } from "../../lib/git/fetch-files.ts";
import type { GitServer } from "../../lib/git/git-http.ts";
import { pathBelow, type WantedPaths } from "../../lib/git/tree-files.ts";
import { errorWords } from "../../lib/kube/error-words.ts";
import { OutboundRefused } from "../../lib/net/outbound-policy.ts";
import type { StepContext } from "../../lib/step/types.ts";
import { baselineError } from "../baseline-error.ts";
import { places } from "../checkout/places.ts";
import { checkoutNames } from "../checkout/repository-parameters.ts";
import { baselineExit } from "../failure/exit-code.ts";
import { withFailure } from "../failure/with-failure.ts";
import type { fetchCheckoutParams, fetchCheckoutResults, fetchCheckoutWorkspaces } from "../fetch-checkout.ts";
import { readGitCredentials } from "./git-credentials.ts";

type Context = StepContext<typeof fetchCheckoutParams, typeof fetchCheckoutResults, typeof fetchCheckoutWorkspaces>;

const mebibyte = 1024 * 1024;
const limits = { maximumFiles: 2_000, maximumBytes: 32 * mebibyte } as const;
const answerLimits = { maximumAnswerBytes: 32 * mebibyte, timeoutMs: 90_000 } as const;
// As a push has it for a branch that was not there.
const noCommit = /^0+$/;

function pathOf(parameter: "folder" | "hco-file" | "context-file", text: string): string {
  const path = pathBelow(text);
  if (path !== undefined) return path;
  throw baselineError(
    "BASE-PAR-07",
    {
      what: `${parameter} ${text} leads out of the repository`,
      why: "only what is in the commit is checked",
      fix: "give a path below the root of the repository",
    },
    baselineExit.invalidInput,
  );
}

function wantedOf({ params }: Context): WantedPaths {
  const folder = pathOf("folder", params.folder);
  const named = (["hco-file", "context-file"] as const).filter((name) => params[name] !== "");
  const below = (path: string): string => (folder === "." ? path : `${folder}/${path}`);
  return {
    folders: [below(places.assets)],
    files: [
      ...[places.clusterRole, places.watchRole, places.featureTable, places.crdLock].map(below),
      ...named.map((name) => pathOf(name, params[name])),
    ],
  };
}

function unfetched(repository: string, commit: string, error: unknown) {
  const isRefused = error instanceof OutboundRefused;
  return baselineError(
    "BASE-GIT-01",
    {
      what: `commit ${commit} of ${repository} cannot be fetched`,
      why: errorWords(error),
      fix: isRefused
        ? "name a repository that may be contacted, by https"
        : "look at the URL, the Secret of the credentials, and whether the server gives this commit to git fetch",
    },
    isRefused ? baselineExit.invalidInput : baselineExit.error,
  );
}

/** Without the shadow of the last attempt: a file that the commit does not have must not be there. */
async function writeFiles(folder: string, files: CommitFiles["files"]): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content, { mode: 0o664 });
  }
}

async function fetchOne(
  { signal }: Context,
  server: GitServer,
  wanted: WantedPaths,
  commit: string,
): Promise<CommitFiles> {
  const gitFolder = await mkdtemp(join(tmpdir(), "fairlead-git-"));
  try {
    return await fetchFiles({ server, commit, wanted, ...limits, gitFolder, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw unfetched(server.url, commit, error);
  } finally {
    await rm(gitFolder, { recursive: true, force: true });
  }
}

/** The work of the step `fetch-checkout`. */
export async function runFetchCheckout(context: Context): Promise<void> {
  const { params, results, workspace, summarize } = context;
  await withFailure(results, async () => {
    const source = workspace("source") ?? ""; // the step requires it
    const wanted = wantedOf(context);
    const server: GitServer = {
      url: params.repository,
      policy: { plainHttp: params["allow-plain-http"], loopback: params["allow-loopback"] },
      ...(await readGitCredentials(workspace("git-credentials"))),
      ...answerLimits,
    };
    const fetched = async (commit: string): Promise<CommitFiles> => fetchOne(context, server, wanted, commit);
    const head = await fetched(params.head);
    const base = params.base === "" ? undefined : await fetched(noCommit.test(params.base) ? "HEAD" : params.base);
    await writeFiles(join(source, checkoutNames.head), head.files);
    await writeFiles(join(source, checkoutNames.base), base?.files ?? new Map());
    results.set("outcome", "fetched");
    results.set("files", String(head.files.size));
    const beside =
      base === undefined ? "with nothing to compare them with" : `and ${base.files.size} of ${base.commit}`;
    const what = `kept ${head.files.size} of the files of ${head.commit}, ${beside}`;
    results.set("summary", what);
    summarize({ what });
  });
}
