import type { TextSink } from "../../../../steps/lib/log/text-sink.ts";
import type { Host } from "../../../../steps/lib/step/host.ts";
import { runDeclaration } from "../../../../steps/lib/step/run-declaration.ts";
import type { AnyDeclaration } from "../../../../steps/lib/step/types.ts";

/** What a person at a terminal has when a command has ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

function sink(): TextSink & { readonly text: () => string } {
  let all = "";
  return {
    write: (text) => {
      all += text;
    },
    failure: undefined,
    text: () => all,
  };
}

/** Runs a command whole, from its flags to its exit code, in this process. */
export async function runCommand(
  declaration: AnyDeclaration,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const [stdout, stderr] = [sink(), sink()];
  const host: Host = {
    variable: (name) => environment[name],
    variableNames: () => Object.keys(environment),
    stdout,
    stderr,
    stdoutIsTty: false,
    stderrIsTty: false,
    columns: 100,
    hasPerson: () => false,
    ask: async () => "",
    pid: 1,
    exit: (code) => {
      throw new Exit(code);
    },
    onSignal: () => {},
    onStray: () => {},
  };
  const ended = await runDeclaration(declaration, args, host).catch((error: unknown) => error);
  if (!(ended instanceof Exit)) throw ended;
  return { code: ended.code, stdout: stdout.text(), stderr: stderr.text() };
}
