import { execFile } from "node:child_process";

export interface KubectlCall {
  readonly program: string;
  readonly kubeconfig: string;
  /** Discovery is cached here, apart from other servers and from the user's own. */
  readonly cacheFolder: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** How the server is called in messages. */
  readonly server: string;
  /** Ends kubectl: its answer is not wanted any more. */
  readonly signal?: AbortSignal;
}

/** Runs kubectl and returns its standard output. @throws Error with what kubectl said. */
export function runKubectl(call: KubectlCall): Promise<string> {
  const { args, server } = call;
  const command = [`--kubeconfig=${call.kubeconfig}`, `--cache-dir=${call.cacheFolder}`, ...args];
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: 256 * 1024 * 1024, signal: call.signal };
    const child = execFile(call.program, command, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`kubectl ${args.join(" ")} on "${server}" failed: ${stderr.trim() || error.message}`));
    });
    // kubectl may end before it has read everything; its exit status then says why.
    child.stdin?.on("error", () => {});
    child.stdin?.end(call.input ?? "");
  });
}
