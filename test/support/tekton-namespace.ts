import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { LocalCluster } from "../cluster/local/cluster.ts";
import { fairleadNamespace, manualToken } from "./stage.ts";

const run = promisify(execFile);

/** What a PipelineRun says of itself. */
export interface RunStatus {
  readonly status: string;
  readonly reason: string;
  readonly results: Readonly<Record<string, string>>;
}

/** The namespace of a cluster in which Fairlead is installed: its runs, and the listeners that start them. */
export class TektonNamespace {
  readonly cluster: LocalCluster;
  private readonly tknProgram: string;

  constructor(cluster: LocalCluster, tknProgram: string) {
    this.cluster = cluster;
    this.tknProgram = tknProgram;
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.cluster.kubectl(["-n", fairleadNamespace, ...args]);
  }

  async tkn(...args: readonly string[]): Promise<string> {
    const flags = ["--kubeconfig", this.cluster.kubeconfig(), "-n", fairleadNamespace];
    return (await run(this.tknProgram, [...args, ...flags], { maxBuffer: 16 * 1024 * 1024 })).stdout;
  }

  /** Resolves when the listeners answer: a hook that finds nobody is not sent again. */
  async listening(...listeners: readonly string[]): Promise<void> {
    for (const name of listeners.map((listener) => `el-${listener}`)) {
      await this.kubectl("wait", "--for=create", `deployment/${name}`, "--timeout=180s");
      await this.kubectl("wait", "--for=condition=Available", `deployment/${name}`, "--timeout=240s");
    }
  }

  /** Where a listener is reached from inside the cluster's network. */
  async listenerUrl(listener: string): Promise<string> {
    const address = await this.kubectl("get", "service", `el-${listener}`, "-o", "jsonpath={.spec.clusterIP}");
    return `http://${address.trim()}:8080/`;
  }

  /** POST to a listener from inside the cluster's network; returns the HTTP status. */
  protected async postTo(listener: string, body: unknown, token = manualToken): Promise<string> {
    const url = await this.listenerUrl(listener);
    // A file: a body may be longer than an argument of a command can be.
    const file = join(this.cluster.layout.folder, `request-${randomUUID()}.json`);
    await writeFile(file, JSON.stringify(body));
    try {
      return await this.cluster.inside([
        ...["curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", `Authorization: Bearer ${token}`],
        ...["-H", "Content-Type: application/json", "--data-binary", `@${file}`, url],
      ]);
    } finally {
      await rm(file);
    }
  }

  async runNames(): Promise<readonly string[]> {
    return (await this.kubectl("get", "pipelineruns", "-o", "jsonpath={.items[*].metadata.name}"))
      .split(" ")
      .filter((name) => name !== "");
  }

  /** Resolves when the run has ended. */
  async ended(name: string, timeoutSeconds = 300): Promise<RunStatus> {
    await this.kubectl("wait", "--for=create", `pipelinerun/${name}`, "--timeout=60s");
    await this.kubectl(
      "wait",
      "--for=jsonpath={.status.completionTime}",
      `pipelinerun/${name}`,
      `--timeout=${timeoutSeconds}s`,
    );
    const { status } = JSON.parse(await this.kubectl("get", "pipelinerun", name, "-o", "json"));
    const [condition] = status.conditions;
    const results = (status.results ?? []).map((result: { name: string; value: string }) => [
      result.name,
      result.value,
    ]);
    return { status: condition.status, reason: condition.reason, results: Object.fromEntries(results) };
  }

  /** Results of a run that must succeed. @throws Error with the end of its log when it does not. */
  async succeeded(name: string, timeoutSeconds = 300): Promise<RunStatus["results"]> {
    const { status, reason, results } = await this.ended(name, timeoutSeconds);
    if (status === "True") return results;
    throw new Error(`PipelineRun ${name} ended ${reason}:\n${await this.logTail(name)}`);
  }

  protected async logTail(name: string): Promise<string> {
    const log = await this.tkn("pipelinerun", "logs", name);
    return log.trimEnd().split("\n").slice(-30).join("\n");
  }
}
