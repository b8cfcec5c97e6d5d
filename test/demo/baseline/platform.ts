import { spawn } from "node:child_process";
import { join } from "node:path";
import type { TestApiServer } from "../../support/api-servers.ts";
import { installPlatform } from "../../support/baseline/install-platform.ts";

const prefix = "platform.kubevirt.io/";

/** What one run of an operation left. */
export interface Ran {
  readonly exitCode: number;
  /** With its report; on this machine. */
  readonly folder: string;
}

export type Operation = "reconcile" | "resume";

/** A virtualization platform, and how the operations of the baseline are run on it. */
export interface DemoPlatform extends Pick<TestApiServer, "kubectl"> {
  /** Runs it to its end, before the eyes of people. */
  run(operation: Operation, params: Readonly<Record<string, string>>): Promise<Ran>;
  kubeconfig(): string;
}

/** A process that people watch; resolves with its exit code. */
export function watched(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<number> {
  const program = join(import.meta.dirname, "../../../steps/cli.ts");
  const child = spawn(process.execPath, [program, ...args], {
    stdio: "inherit",
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code ?? 1));
  });
}

/** The HyperConverged of the demo: the baseline is on, with two features, and one object is not wanted. */
export const hyperConverged = {
  apiVersion: "hco.kubevirt.io/v1",
  kind: "HyperConverged",
  metadata: {
    name: "kubevirt-hyperconverged",
    namespace: "openshift-cnv",
    annotations: {
      [`${prefix}autopilot`]: "true",
      [`${prefix}enable-in-flight-operations`]: "true",
      [`${prefix}enable-kubelet-performance-settings`]: "true",
      [`${prefix}disabled-resources`]: "- kind: PersesDashboard\n  name: descheduler-*\n",
    },
  },
  spec: {},
} as const;

/** CRDs and namespaces of a platform, without its operators, and a HyperConverged that turns the baseline on. */
export async function preparePlatform(server: Pick<TestApiServer, "kubectl">): Promise<void> {
  await installPlatform(server, "4.21");
  await server.kubectl(["create", "-f", "-"], JSON.stringify(hyperConverged));
}
