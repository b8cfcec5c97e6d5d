import { repositoryRoot } from "./repository-root.ts";
import { runTool, ToolError } from "./run-tool.ts";

/** The commit that is checked out; `-dirty` after it where files differ from it, `unknown` outside a git checkout. */
export async function revision(): Promise<string> {
  try {
    const options = { cwd: repositoryRoot };
    const commit = (await runTool("git", ["rev-parse", "HEAD"], options)).trim();
    const changes = await runTool("git", ["status", "--porcelain", "--untracked-files=no"], options);
    return changes.trim() === "" ? commit : `${commit}-dirty`;
  } catch (error) {
    if (error instanceof ToolError) return "unknown";
    throw error;
  }
}
