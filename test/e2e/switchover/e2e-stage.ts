import { execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "yaml";
import { down, type LocalCluster, up } from "../../cluster/local/cluster.ts";
import { ensurePackages, gitHostPrograms } from "../../cluster/local/packages.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { installApprovalGate } from "../../support/approval-gate.ts";
import { type GitHost, startGitHost } from "../../support/git-host/gitea.ts";
import { isAvailable } from "../../support/hubs/is-available.ts";
import { type RunningPod, runningPod } from "../../support/running-pod.ts";
import {
  fairleadNamespace,
  handOver,
  type Installation,
  installFairlead,
  type StagedHubs,
  stageHubs,
  stageTuning,
} from "../../support/stage.ts";
import { TektonNamespace } from "../../support/tekton-namespace.ts";

const run = promisify(execFile);
const clusterName = "e2e";
const root = join(import.meta.dirname, "../../..");

export interface CommandRun {
  readonly exitCode: number;
  /** The end of what it wrote: its last lines. */
  readonly tail: string;
  readonly reports: readonly string[];
}

interface ProgramRun {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The built program of this checkout. */
function runProgram(args: readonly string[]): Promise<ProgramRun> {
  const child = spawn(process.execPath, [join(root, "dist/fairlead"), ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ exitCode: code ?? 1, stdout, stderr }));
  });
}

/** In cron's words, a time that does not come while these tests run, whatever the hour: no backup is made in between. */
function halfAYearOff(): string {
  return `0 0 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *`;
}

export const e2eTuning = JSON.stringify(stageTuning(process.env));

/** A cluster with Tekton, two hubs with real Velero, Fairlead installed from its bundles. */
export class E2eStage extends TektonNamespace {
  readonly installation: Installation;
  readonly hubs: StagedHubs;
  private gitHost: GitHost | undefined;

  private constructor(cluster: LocalCluster, installation: Installation, hubs: StagedHubs, tknProgram: string) {
    super(cluster, tknProgram);
    this.installation = installation;
    this.hubs = hubs;
  }

  static async open(): Promise<E2eStage> {
    await ensurePackages(gitHostPrograms, () => {});
    await run(process.execPath, [join(root, "images/build/build.ts")]);
    const cluster = await up({ name: clusterName });
    try {
      const { tkn = "tkn" } = await ensurePrograms(["tkn"]);
      const installation = await installFairlead(cluster);
      // A day of switchovers would spend most of its time in Velero's queue: a minute for each of five backups.
      const fleet = { imported: 9, hive: 3, concurrentBackups: 5, veleroSchedule: halfAYearOff() };
      const hubs = await stageHubs(cluster, fleet, () => {});
      await handOver(cluster, hubs);
      const stage = new E2eStage(cluster, installation, hubs, tkn);
      await stage.listening("switchover-events", "switchover-manual");
      return stage;
    } catch (error) {
      await down(clusterName);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.gitHost?.stop();
    await this.hubs.stop();
    await down(clusterName);
  }

  /** `tkn pipeline start` of the installed switchover; returns the run's name. */
  async startByTkn(params: Readonly<Record<string, string>>, tasksTimeout = "8h15m0s"): Promise<string> {
    const flags = Object.entries(params).flatMap(([name, value]) => ["-p", `${name}=${value}`]);
    const name = await this.tkn(
      ...["pipeline", "start", "switchover", "--serviceaccount", "switchover-runner", "--use-param-defaults", ...flags],
      ...["-w", "name=data,claimName=switchover-data"],
      ...["-w", "name=primary-kubeconfig,secret=switchover-primary-kubeconfig"],
      ...["-w", "name=secondary-kubeconfig,secret=switchover-secondary-kubeconfig"],
      ...[
        "--pipeline-timeout",
        "8h45m0s",
        "--tasks-timeout",
        tasksTimeout,
        "--finally-timeout",
        "10m0s",
        "--output",
        "name",
      ],
    );
    return name.trim().replace(/^.*\//, "");
  }

  /** Puts the real approval gate of OpenShift Pipelines on the cluster. */
  async installGate(): Promise<void> {
    await installApprovalGate(this.cluster);
  }

  /** What a gate of the run asks, once it is closed. */
  async question(run: string, gate: string): Promise<string> {
    const name = `approvaltask/${run}-${gate}`;
    await this.kubectl("wait", "--for=create", name, "--timeout=120s");
    await this.kubectl("wait", "--for=jsonpath={.status.state}=pending", name, "--timeout=60s");
    return await this.kubectl("get", name, "-o", "jsonpath={.spec.description}");
  }

  /** Answers a gate as this user. @throws where the gate's webhook refuses that */
  async answer(run: string, gate: string, input: "approve" | "reject", user: string): Promise<void> {
    const patch = JSON.stringify([{ op: "replace", path: "/spec/approvers/0/input", value: input }]);
    const as = ["--as", user, "--as-group", "system:authenticated"];
    await this.kubectl("patch", "approvaltask", `${run}-${gate}`, "--type=json", "-p", patch, ...as);
  }

  /** POST to the manual listener from inside the cluster's network; returns the HTTP status. */
  post(body: unknown, token?: string): Promise<string> {
    return this.postTo("switchover-manual", body, token);
  }

  /** Gives runs that a POST starts the wait times of the tests; a caller of the listener cannot set them. */
  async tuneTemplate(tuning: string): Promise<void> {
    const path = "/spec/resourcetemplates/0/spec/params/-";
    const patch = JSON.stringify([{ op: "add", path, value: { name: "tuning", value: tuning } }]);
    await this.kubectl("patch", "triggertemplate", "switchover", "--type=json", "-p", patch);
  }

  /** Creates the sample run that is committed beside a Pipeline, some parameters set otherwise; returns its name. */
  async startSample(
    operation: string,
    params: Readonly<Record<string, string | readonly string[]>> = {},
    file = "run.yaml",
  ): Promise<string> {
    const path = join(root, "pipelines/switchover", operation, file);
    const sample = parse(await readFile(path, "utf8"));
    const kept = (sample.spec.params ?? []).filter(({ name }: { readonly name: string }) => !(name in params));
    sample.spec.params = [...kept, ...Object.entries(params).map(([name, value]) => ({ name, value }))];
    const create = ["-n", fairleadNamespace, "create", "-f", "-", "-o", "jsonpath={.metadata.name}"];
    return await this.cluster.kubectl(create, JSON.stringify(sample));
  }

  /** `fairlead trigger` as a process of this machine. */
  trigger(...args: readonly string[]): Promise<ProgramRun> {
    const flags = ["--kubeconfig", this.cluster.kubeconfig(), "--namespace", fairleadNamespace];
    return runProgram(["trigger", ...args, ...flags]);
  }

  /** A Job of the CronJob for drills, as an operator makes one by hand, with the ids of both hubs and short waits. */
  async startDrill(job: string, hubIds: { readonly there: string; readonly back: string }): Promise<void> {
    const made = await this.kubectl(
      "create",
      "job",
      job,
      "--from=cronjob/switchover-drill",
      "--dry-run=client",
      "-o",
      "json",
    );
    const drill = JSON.parse(made);
    const { containers, initContainers } = drill.spec.template.spec;
    for (const container of [...initContainers, ...containers]) {
      const hubId = container.name === "there" ? hubIds.there : hubIds.back;
      const given = container.args.filter((arg: string) => !arg.startsWith("--param=confirm-new-hub="));
      container.args = [...given, `--param=confirm-new-hub=${hubId}`, `--param=tuning=${e2eTuning}`];
    }
    await this.cluster.kubectl(["-n", fairleadNamespace, "create", "-f", "-"], JSON.stringify(drill));
  }

  request(
    operation: string,
    params: Readonly<Record<string, string>> = {},
  ): { readonly requestId: string; readonly body: object } {
    const requestId = randomUUID();
    return { requestId, body: { operation, requestId, issuedAt: new Date().toISOString(), params } };
  }

  /** Gitea beside the cluster's node, so that its hooks reach Services. */
  async git(): Promise<GitHost> {
    const { namespace } = this.cluster.layout;
    const prefix = ["nsenter", `--net=/run/netns/${namespace}`, "--"];
    this.gitHost ??= await startGitHost({ address: this.cluster.node, port: 3000, prefix });
    return this.gitHost;
  }

  /** Resolves when the pod has written this. */
  async logged(pod: string, text: string): Promise<void> {
    const { kubectl = "kubectl" } = await ensurePrograms(["kubectl"]);
    const args = ["--kubeconfig", this.cluster.kubeconfig(), "-n", fairleadNamespace, "logs", "-f", pod];
    const child = spawn(kubectl, args, { stdio: ["ignore", "pipe", "inherit"] });
    let seen = "";
    try {
      for await (const chunk of child.stdout) {
        seen += String(chunk);
        if (seen.includes(text)) return;
      }
    } finally {
      child.kill();
    }
    throw new Error(`pod ${pod} ended without writing ${text}: ${seen.slice(-1000)}`);
  }

  /** Resolves when a Task of the run has a running pod. @throws Error with the end of the run's log when it gets none. */
  async taskRunning(run: string, task: string): Promise<RunningPod> {
    try {
      return await runningPod(this.cluster, run, task);
    } catch (error) {
      throw new Error(`${task} got no pod; PipelineRun ${run} wrote:\n${await this.logTail(run)}`, { cause: error });
    }
  }

  /** Ends the controller that moves PipelineRuns on; resolves when its successor is ready. */
  async restartTekton(): Promise<void> {
    const controller = ["deployment/tekton-pipelines-controller", "-n", "tekton-pipelines"];
    await this.cluster.kubectl(["rollout", "restart", ...controller]);
    await this.cluster.kubectl(["rollout", "status", ...controller, "--timeout=120s"]);
  }

  /** `fairlead switchover run` from the first hub to the second, as a process of this machine. */
  async runByCommand(tuning: string): Promise<CommandRun> {
    const folder = join(this.cluster.layout.folder, "command");
    const { primary, secondary } = this.hubs;
    const flags = {
      "primary-kubeconfig": primary.kubeconfig(),
      "secondary-kubeconfig": secondary.kubeconfig(),
      "state-folder": join(folder, "state"),
      "report-folder": join(folder, "reports"),
      "confirm-new-hub": this.hubs.ids.secondary,
      tuning,
    };
    const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]);
    await mkdir(flags["state-folder"], { recursive: true });
    const { exitCode, stderr } = await runProgram(["switchover", "run", ...args]);
    return { exitCode, tail: stderr.slice(-1500), reports: await readdir(flags["report-folder"]) };
  }

  /** Names of the clusters that a hub shows as available, its own aside. */
  async available(hub: "primary" | "secondary"): Promise<readonly string[]> {
    const clusters = await this.hubs.seeds[hub].list("managedClusters");
    return clusters
      .filter((cluster) => cluster.metadata.labels?.["local-cluster"] !== "true")
      .filter(isAvailable)
      .map((cluster) => cluster.metadata.name);
  }
}
