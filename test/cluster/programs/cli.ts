import { programGroups, programs } from "./catalogue.ts";
import { ensurePrograms, locate, selectPrograms } from "./ensure-programs.ts";
import { SetupError } from "./setup-error.ts";

const usage = `Programs of the local cluster, built from pinned Go modules and cached outside the checkout.

  node test/cluster/programs/cli.ts build [GROUP|NAME …]   build what is missing (default: everything)
  node test/cluster/programs/cli.ts path NAME              where the program is or would be
  node test/cluster/programs/cli.ts list                   programs with their groups

groups: ${programGroups.join(", ")}
`;

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const [command, ...names] = args;
  if (command === "build") {
    const log = (line: string): void => void process.stderr.write(`${line}\n`);
    const paths = await ensurePrograms(names.length === 0 ? programGroups : names, { log, signal });
    log(`${Object.keys(paths).length} programs ready`);
    return 0;
  }
  if (command === "path" && names.length === 1) {
    for (const place of await locate(selectPrograms(names, programs))) process.stdout.write(`${place.path}\n`);
    return 0;
  }
  if (command === "list") {
    for (const { name, groups } of programs) process.stdout.write(`${name.padEnd(28)}${groups.join(", ")}\n`);
    return 0;
  }
  process.stderr.write(usage);
  return 2;
}

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort());
process.once("SIGTERM", () => interrupted.abort());
try {
  process.exitCode = await main(process.argv.slice(2), interrupted.signal);
} catch (error) {
  if (interrupted.signal.aborted) {
    process.stderr.write("interrupted; finished programs are kept, the next build goes on from here\n");
    process.exitCode = 130;
  } else if (error instanceof SetupError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
