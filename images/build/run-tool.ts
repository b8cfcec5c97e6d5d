import { spawn } from "node:child_process";
import { errorCode } from "../../steps/lib/errors/error-code.ts";

/** A program outside this project that could not be started or failed, with what it said. */
export class ToolError extends Error {
  override readonly name: string = "ToolError";
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Debian packages of the tools that this project starts. */
const debianPackages: Readonly<Record<string, string>> = { buildah: "buildah", "apt-get": "apt", "dpkg-deb": "dpkg" };

function missing(tool: string): ToolError {
  const debian = debianPackages[tool];
  const how = debian === undefined ? "give its path, or put it on PATH" : `install it: apt-get install ${debian}`;
  return new ToolError(`${tool} was not found; ${how}`);
}

const shownOutput = 4_000;

/** Runs a tool to its end and gives back what it printed. Nothing passes through a shell. */
export function runTool(tool: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
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
