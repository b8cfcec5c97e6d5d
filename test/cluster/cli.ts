// The local cluster by hand: node test/cluster/cli.ts up | status | logs [part] | down

import { down, openCluster, tailLog, up } from "./local/cluster.ts";
import { SetupError } from "./programs/setup-error.ts";

const lines = 40;

async function status(): Promise<void> {
  const cluster = await openCluster();
  if (cluster === undefined) {
    console.log("the cluster is not up; start it with: make cluster");
    process.exitCode = 1;
    return;
  }
  for (const part of await cluster.status()) {
    console.log(
      `${part.alive ? "running" : "ended  "}  ${part.name.padEnd(24)} pid ${String(part.pid).padEnd(8)} ${part.logFile}`,
    );
  }
  console.log(
    `\nKUBECONFIG=${cluster.kubeconfig()}\nregistry ${cluster.registry}, from this machine ${cluster.registryUrl}`,
  );
}

async function logs(name: string | undefined): Promise<void> {
  const parts = (await (await openCluster())?.status()) ?? [];
  const wanted = parts.filter((part) => name === undefined || part.name === name);
  if (wanted.length === 0) throw new Error(`the running cluster has no part ${name ?? ""}; see make cluster-status`);
  for (const part of wanted) console.log(`== ${part.name} (${part.logFile})\n${await tailLog(part.logFile, lines)}`);
}

async function main([command, argument]: readonly string[]): Promise<void> {
  switch (command) {
    case "up": {
      const cluster = await up({ log: (line) => console.log(line) });
      console.log(`up: KUBECONFIG=${cluster.kubeconfig()}`);
      break;
    }
    case "status":
      await status();
      break;
    case "logs":
      await logs(argument);
      break;
    case "down":
      await down();
      console.log("down: nothing of the cluster is left");
      break;
    default:
      throw new Error("usage: node test/cluster/cli.ts up | status | logs [part] | down");
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
