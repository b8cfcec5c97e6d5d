// On the cluster of the current kubeconfig context: node test/cluster/current/cli.ts install | verify

import { ToolError } from "../../../images/build/run-tool.ts";
import { SetupError } from "../programs/setup-error.ts";
import { currentKubectl } from "./kubectl.ts";
import { type CurrentCluster, installOnCurrent, verifyOnCurrent } from "./verify.ts";

const cluster: CurrentCluster = {
  environment: process.env,
  kubectl: currentKubectl,
  log: (line) => console.log(line),
};

async function main([command]: readonly string[]): Promise<void> {
  switch (command) {
    case "install":
      await installOnCurrent(cluster);
      break;
    case "verify":
      if (!(await verifyOnCurrent(cluster)).succeeded) process.exitCode = 1;
      break;
    default:
      throw new Error("usage: node test/cluster/current/cli.ts install | verify");
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof SetupError || error instanceof ToolError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
