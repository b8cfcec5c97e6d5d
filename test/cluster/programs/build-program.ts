import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Program } from "./catalogue.ts";
import { buildFlags } from "./program-cache.ts";
import { SetupError } from "./setup-error.ts";

export interface BuildRequest {
  readonly program: Program;
  readonly modulesFolder: string;
  /** Where the finished program appears, complete or not at all. */
  readonly target: string;
  readonly logFile: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Compiles one program. @throws SetupError PROG-02 with the compiler's last lines. */
export async function buildProgram(request: BuildRequest): Promise<void> {
  const unfinished = `${request.target}.${randomBytes(6).toString("hex")}`;
  try {
    const exit = await compile(request, unfinished);
    request.signal.throwIfAborted();
    if (exit !== 0) throw await buildFailed(request, exit);
    await rename(unfinished, request.target);
  } finally {
    await rm(unfinished, { force: true });
  }
}

async function compile(request: BuildRequest, output: string): Promise<number | string> {
  const log = await open(request.logFile, "w");
  try {
    const child = spawn(
      "go",
      ["build", "-trimpath", ...buildFlags(request.program), "-o", output, request.program.package],
      {
        cwd: join(request.modulesFolder, request.program.module),
        // -mod=readonly: what is built is what the committed go.mod and go.sum pin. -buildvcs=false: the checkout's
        // state must not leak into a program that other checkouts share.
        env: {
          ...request.environment,
          CGO_ENABLED: "0",
          GOTOOLCHAIN: "local",
          GOFLAGS: "-mod=readonly -buildvcs=false",
          GOWORK: "off",
        },
        stdio: ["ignore", log.fd, log.fd],
        signal: request.signal,
        killSignal: "SIGTERM",
      },
    );
    return await new Promise((resolve, reject) => {
      child.once("error", (error) => (request.signal.aborted ? resolve("aborted") : reject(error)));
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
  } finally {
    await log.close();
  }
}

async function buildFailed(request: BuildRequest, exit: number | string): Promise<SetupError> {
  const lines = (await readFile(request.logFile, "utf8")).trimEnd().split("\n");
  const { name, module: goModule } = request.program;
  return new SetupError({
    id: "PROG-02",
    what: `building ${name} (${request.program.package}) failed with ${exit}`,
    why: `last lines of ${request.logFile}:\n    ${lines.slice(-8).join("\n    ")}`,
    fix: `check network and disk space, then run: node test/cluster/programs/cli.ts build ${name} (finished programs are kept; pinned in test/cluster/binaries/${goModule}/go.mod)`,
  });
}
