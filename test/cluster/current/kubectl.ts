import { runTool } from "../../../images/build/run-tool.ts";

/** Runs kubectl on the cluster of the current context and gives back what it printed. @throws ToolError */
export type Kubectl = (args: readonly string[], input?: string) => Promise<string>;

/** The user's own kubectl, with the user's own context. */
export const currentKubectl: Kubectl = (args, input) => runTool("kubectl", args, input === undefined ? {} : { input });
