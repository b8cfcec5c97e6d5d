import { parseArgs } from "node:util";
import { SetupError } from "../programs/setup-error.ts";
import { environmentOptions } from "./hubs-options.ts";
import { openHubs, startHubs } from "./start-hubs.ts";
import { stopHubs } from "./stop-hubs.ts";

const defaultFolder = "/var/lib/fairlead/hubs";

const usage = `Hubs for demo and e2e: real API server, Velero and S3 storage, without a local cluster (Linux, root).

  node test/cluster/hub/cli.ts up       start them; running ones are left as they are
  node test/cluster/hub/cli.ts status   each program of each hub
  node test/cluster/hub/cli.ts down     end every process, remove every file

  --folder F        where they live (default ${defaultFolder})
  --names A,B       default primary,secondary
`;

interface Flags {
  readonly folder: string;
  readonly names: readonly string[];
}

async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      folder: { type: "string", default: defaultFolder },
      names: { type: "string", default: "primary,secondary" },
    },
  });
  const flags = { folder: values.folder, names: values.names.split(",") };
  const commands: Readonly<Record<string, () => Promise<number>>> = {
    up: () => up(flags, signal),
    status: () => status(flags),
    down: () => down(flags),
  };
  const command = commands[positionals[0] ?? ""];
  if (command !== undefined && positionals.length === 1) return await command();
  process.stderr.write(usage);
  return 2;
}

async function up(flags: Flags, signal: AbortSignal): Promise<number> {
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const { folder, names } = flags;
  const hubs = await startHubs({ ...(await environmentOptions(process.env)), folder, names, signal, log });
  for (const hub of hubs.hubs) process.stdout.write(`${hub.name}: ${hub.url}  ${hub.kubeconfig()}\n`);
  return 0;
}

async function status(flags: Flags): Promise<number> {
  const hubs = await openHubs(flags.folder);
  if (hubs === undefined) {
    process.stdout.write(`no hubs, or not all of them, run in ${flags.folder}\n`);
    return 1;
  }
  for (const hub of hubs.hubs) {
    process.stdout.write(`${hub.name}: ${hub.url}\n`);
    for (const [program, lives] of Object.entries(await hub.programs())) {
      process.stdout.write(`  ${lives ? "running" : "stopped"}  ${program}\n`);
    }
  }
  return 0;
}

async function down(flags: Flags): Promise<number> {
  await stopHubs(flags.folder);
  process.stdout.write(`nothing is left of the hubs in ${flags.folder}\n`);
  return 0;
}

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort(new Error("interrupted")));
process.once("SIGTERM", () => interrupted.abort(new Error("terminated")));
try {
  process.exitCode = await main(process.argv.slice(2), interrupted.signal);
} catch (error) {
  if (!(error instanceof SetupError) && !interrupted.signal.aborted) throw error;
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = interrupted.signal.aborted ? 130 : 1;
}
