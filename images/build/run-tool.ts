import { spawn } from "node:child_process";
import { errorCode } from "../../steps/lib/errors/error-code.ts";

/** A program outside this project that could not be started or failed, with what it said. */
export class ToolError extends Error {
  override readonly name: string = "ToolError";
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** What it reads from its standard input; nothing when absent. */
  readonly input?: string;
}

/** Debian packages of the tools that this project starts. */
const debianPackages: Readonly<Record<string, string>> = {
  "apt-get": "apt",
  buildah: "buildah",
  "dpkg-deb": "dpkg",
  skopeo: "skopeo",
};

/** Where the tools come from that Debian does not have. */
const downloads: Readonly<Record<string, string>> = {
  cosign: "https://docs.sigstore.dev/cosign/",
  kubectl: "https://kubernetes.io/docs/tasks/tools/",
  npm: "https://nodejs.org/",
  tkn: "https://tekton.dev/docs/cli/",
};

function missing(tool: string): ToolError {
  const debian = debianPackages[tool];
  const page = downloads[tool];
  const elsewhere = page === undefined ? "put it on PATH" : `put it on PATH; it is at ${page}`;
  const how = debian === undefined ? elsewhere : `install it: apt-get install ${debian}`;
  return new ToolError(`${tool} was not found; ${how}`);
}

const shownOutput = 4_000;

/** Runs a tool to its end and gives back what it printed. Nothing passes through a shell. */
export function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // A tool that ends without reading has its own say in its exit code.
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    let stdout = "";
    let all = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      all += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      all += text;
    });
    child.on("error", (error) => reject(errorCode(error) === "ENOENT" ? missing(tool) : error));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(stdout);
      else
        reject(
          new ToolError(`${tool} ${args.join(" ")} ended with ${signal ?? code}:\n${all.slice(-shownOutput).trim()}`),
        );
    });
  });
}
