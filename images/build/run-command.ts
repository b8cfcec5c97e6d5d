import { ToolError } from "./run-tool.ts";

/** A command of the build that was called in a way that cannot work; its message says how to call it. */
export class UsageError extends Error {
  override readonly name: string = "UsageError";
}

/** Runs a command of the build. What a person can correct is told in a sentence, everything else with its stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ToolError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** The registry of a command line. @throws UsageError when it is missing or carries a scheme */
export function requireRegistry(registry: string | undefined): string {
  if (registry === undefined || registry === "")
    throw new UsageError("REGISTRY is missing; give it, for example REGISTRY=registry.example.com/fairlead");
  if (registry.includes("://"))
    throw new UsageError(
      `REGISTRY "${registry}" has a scheme; give host and path alone: registry.example.com/fairlead`,
    );
  return registry.replace(/\/+$/, "");
}
