import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startApiServers } from "../../support/api-servers.ts";
import { type DemoPlatform, preparePlatform, watched } from "./platform.ts";

/** A platform on an API server alone: nothing but the program runs there, as on a laptop. */
export interface BarePlatform extends DemoPlatform {
  stop(): Promise<void>;
}

/** @param folder for what the runs leave */
export async function barePlatform(folder: string): Promise<BarePlatform> {
  const servers = await startApiServers(["platform"]);
  const server = servers.server("platform");
  try {
    await preparePlatform(server);
  } catch (error) {
    await servers.stop();
    throw error;
  }
  let runs = 0;
  return {
    kubectl: (args, input) => server.kubectl(args, input),
    kubeconfig: () => server.kubeconfig(),
    stop: () => servers.stop(),
    async run(operation, params) {
      runs += 1;
      const output = join(folder, `${String(runs).padStart(2, "0")}-${operation}`);
      await mkdir(output, { recursive: true });
      const flags = Object.entries(params).flatMap(([name, value]) => [`--${name}`, value]);
      const args = ["baseline", operation, "--workspace", `output=${output}`, "--log-level", "error", ...flags];
      return { exitCode: await watched(args, { KUBECONFIG: server.kubeconfig() }), folder: output };
    },
  };
}
