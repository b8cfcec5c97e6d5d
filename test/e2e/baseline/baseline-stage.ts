import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import { down, type LocalCluster, up } from "../../cluster/local/cluster.ts";
import { ensurePackages, gitHostPrograms } from "../../cluster/local/packages.ts";
import { ensurePrograms } from "../../cluster/programs/ensure-programs.ts";
import { installPlatform } from "../../support/baseline/install-platform.ts";
import { eventually } from "../../support/eventually.ts";
import { type GitHost, startGitHost } from "../../support/git-host/gitea.ts";
import { fairleadNamespace, installArea, manualToken, webhookSecret } from "../../support/stage.ts";
import { TektonNamespace } from "../../support/tekton-namespace.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../../..");

interface RunList {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  }[];
}

/** Where the repository has its HyperConverged. */
export const hcoFile = "baseline/hyperconverged.yaml";

/** A HyperConverged that opts in, with features of its own. */
export function hyperConverged(features: Readonly<Record<string, string>> = {}): object {
  const given = Object.entries({ autopilot: "true", ...features });
  return {
    apiVersion: "hco.kubevirt.io/v1",
    kind: "HyperConverged",
    metadata: {
      name: "kubevirt-hyperconverged",
      namespace: "openshift-cnv",
      annotations: Object.fromEntries(given.map(([key, value]) => [`platform.kubevirt.io/${key}`, value])),
    },
    spec: {},
  };
}

/** A cluster with Tekton that is a virtualization platform without controllers, the area installed, and a git host. */
export class BaselineStage extends TektonNamespace {
  readonly git: GitHost;
  private readonly clusterName: string;
  private readonly manifests: string;

  private constructor(
    cluster: LocalCluster,
    tkn: string,
    parts: Pick<BaselineStage, "git"> & { readonly folder: string; readonly name: string },
  ) {
    super(cluster, tkn);
    this.git = parts.git;
    this.manifests = parts.folder;
    this.clusterName = parts.name;
  }

  static async open(name = "e2e"): Promise<BaselineStage> {
    await ensurePackages(gitHostPrograms, () => {});
    await run(process.execPath, [join(root, "images/build/build.ts")]);
    const cluster = await up({ name });
    let git: GitHost | undefined;
    try {
      const { tkn = "tkn" } = await ensurePrograms(["tkn"]);
      const prefix = ["nsenter", `--net=/run/netns/${cluster.layout.namespace}`, "--"];
      // Beside the cluster's node, so that its hooks reach Services and pods reach it.
      git = await startGitHost({ address: cluster.node, port: 3000, prefix });
      await installPlatform(cluster, "4.21");
      const folder = await installArea(cluster, "baseline");
      const stage = new BaselineStage(cluster, tkn, { git, folder, name });
      await stage.prepare();
      return stage;
    } catch (error) {
      await git?.stop();
      await down(name);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.git.stop();
    await down(this.clusterName);
  }

  private async prepare(): Promise<void> {
    await this.cluster.kubectl(["apply", "--server-side", "-k", join(root, "rbac/baseline")]);
    await this.apply(hyperConverged());
    await this.createSecret("baseline-webhook", { token: webhookSecret });
    await this.createSecret("baseline-manual-token", { token: manualToken });
    await this.listening("baseline-events", "baseline-manual");
  }

  private async createSecret(name: string, stringData: Readonly<Record<string, string>>): Promise<void> {
    await this.apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: fairleadNamespace },
      stringData,
    });
  }

  async apply(object: object): Promise<void> {
    const text = JSON.stringify(object);
    await this.cluster.kubectl(
      ["apply", "--server-side", "--field-manager=user", "--force-conflicts", "-f", "-"],
      text,
    );
  }

  /** A private repository that the checks know; its hook sends what the listener is for. */
  async createRepository(name: string): Promise<void> {
    const clone = new URL(await this.git.createRepository(name, { private: true }));
    await this.createSecret("baseline-git", { username: clone.username, token: clone.password });
    [clone.username, clone.password] = ["", ""];
    const params = [
      { name: "repository", value: clone.href },
      { name: "folder", value: "." },
      { name: "hco-file", value: hcoFile },
      { name: "context-file", value: "" },
      { name: "allow-plain-http", value: "true" },
    ];
    await this.kubectl(
      "patch",
      "triggerbinding",
      "baseline-repository",
      "--type=merge",
      "-p",
      JSON.stringify({ spec: { params } }),
    );
    await this.createHook(name, webhookSecret);
  }

  async createHook(repository: string, secret: string): Promise<void> {
    const url = await this.listenerUrl("baseline-events");
    // A push to a branch that has a pull request is checked by that.
    await this.git.createHook(repository, { url, secret, events: ["push", "pull_request"], pushesTo: "main" });
  }

  /** As an installer who wants pushes to the default branch to reconcile. */
  async reconcileOnPush(): Promise<void> {
    const folder = join(this.cluster.layout.folder, "reconcile-on-push");
    const triggers = relative(folder, join(this.manifests, "triggers"));
    await mkdir(folder, { recursive: true });
    const text = `resources:\n  - ${triggers}\ncomponents:\n  - ${triggers}/reconcile-on-push\n`;
    await writeFile(join(folder, "kustomization.yaml"), text);
    // The listener alone: the repository of the checks is that of the tests.
    const objects = parseAllDocuments(await this.cluster.kubectl(["kustomize", folder])).map((one) => one.toJS());
    const events = objects.find(
      ({ kind, metadata }) => kind === "EventListener" && metadata.name === "baseline-events",
    );
    await this.cluster.kubectl(["apply", "--server-side", "--force-conflicts", "-f", "-"], JSON.stringify(events));
  }

  /** The optional watcher, as it is installed. Comes back when it sees everything. */
  async installWatcher(): Promise<void> {
    const folder = join(this.manifests, "triggers/watcher");
    await this.cluster.kubectl(["apply", "--server-side", "-k", folder]);
    await this.kubectl("wait", "--for=condition=Available", "deployment/baseline-watcher", "--timeout=90s");
  }

  /** A Job of the CronJob, as its schedule makes one. */
  async startJob(name: string): Promise<void> {
    await this.kubectl("create", "job", name, "--from=cronjob/baseline-reconcile");
  }

  post(body: unknown, token?: string): Promise<string> {
    return this.postTo("baseline-manual", body, token);
  }

  /** A body that the listener takes, and the id that names its run. */
  request(
    operation: string,
    fields: Readonly<Record<string, unknown>> = {},
  ): { readonly requestId: string; readonly body: object } {
    const requestId = randomUUID();
    return { requestId, body: { operation, requestId, issuedAt: new Date().toISOString(), ...fields } };
  }

  /** The one run of a component that this started, for this commit, once it is there. */
  async runOf(component: string, startedBy: string, commit: string): Promise<string> {
    const selector = `app.kubernetes.io/component=${component},fairlead.io/started-by=${startedBy}`;
    let names: readonly string[] = [];
    // A watch cannot select by an annotation.
    await eventually(async () => {
      const list: RunList = JSON.parse(await this.kubectl("get", "pipelinerun", "-l", selector, "-o", "json"));
      const wanted = list.items.filter(({ metadata }) => metadata.annotations?.["fairlead.io/revision"] === commit);
      names = wanted.map(({ metadata }) => metadata.name);
      if (names.length !== 1) throw new Error(`${component} by ${startedBy} of ${commit}: ${names.join(", ")}`);
    }, 60_000);
    return names[0] ?? "";
  }
}
