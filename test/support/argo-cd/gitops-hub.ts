import { argoCdPrograms, ensurePackages, gitHostPrograms } from "../../cluster/local/packages.ts";
import { freePort } from "../api-servers/free-port.ts";
import type { TestApiServer } from "../api-servers.ts";
import { eventually } from "../eventually.ts";
import { type GitHost, startGitHost } from "../git-host/gitea.ts";
import { argoCdNamespace } from "./settings.ts";
import { type ArgoCd, startArgoCd } from "./start-argo-cd.ts";

const repository = "hub";
const patience = "--timeout=120s";

/** A hub that a real Argo CD keeps as a real Git host has it. */
export class GitopsHub {
  readonly server: TestApiServer;
  private readonly argoCd: ArgoCd;
  private readonly git: GitHost;

  private constructor(server: TestApiServer, argoCd: ArgoCd, git: GitHost) {
    this.server = server;
    this.argoCd = argoCd;
    this.git = git;
  }

  static async open(server: TestApiServer): Promise<GitopsHub> {
    await ensurePackages([...gitHostPrograms, ...argoCdPrograms], (line) => void process.stderr.write(`${line}\n`));
    const argoCd = await startArgoCd(server);
    try {
      const git = await startGitHost({ address: "127.0.0.1", port: await freePort() });
      await git.createRepository(repository);
      return new GitopsHub(server, argoCd, git);
    } catch (error) {
      await argoCd.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.argoCd.stop();
    await this.git.stop();
  }

  /** An Application of this folder of the repository, as a person writes it; without a policy it has none. */
  application(name: string, path: string, syncPolicy?: object): object {
    const metadata = { name, namespace: argoCdNamespace };
    return { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata, spec: this.spec(path, syncPolicy) };
  }

  /** Makes one Application, named as the set, of this folder. */
  applicationSet(name: string, path: string, rest: { readonly syncPolicy: object; readonly spec?: object }): object {
    const template = { metadata: { name: "{{name}}" }, spec: this.spec(path, rest.syncPolicy) };
    return {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "ApplicationSet",
      metadata: { name, namespace: argoCdNamespace },
      spec: {
        generators: [{ list: { elements: [{ name }] } }],
        template,
        // Else Argo CD deletes what was synced before the Application goes, and waits for a garbage collector.
        syncPolicy: { preserveResourcesOnDeletion: true },
        ...rest.spec,
      },
    };
  }

  /** Commits a file of manifests and returns the commit. */
  async commit(file: string, ...manifests: readonly object[]): Promise<string> {
    return await this.git.push(repository, file, JSON.stringify({ apiVersion: "v1", kind: "List", items: manifests }));
  }

  async apply(...manifests: readonly object[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: manifests };
    await this.server.kubectl(["apply", "-f", "-"], JSON.stringify(list));
  }

  /** Removes what was applied; what these have synced stays. */
  async remove(...manifests: readonly object[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: manifests };
    await this.server.kubectl(["delete", "--ignore-not-found", "-f", "-"], JSON.stringify(list));
  }

  /** Removes an ApplicationSet and then what it made: nothing collects garbage here. */
  async removeSet(name: string): Promise<void> {
    const kinds = ["applicationsets.argoproj.io", "applications.argoproj.io"];
    for (const kind of kinds) {
      await this.server.kubectl(["-n", argoCdNamespace, "delete", kind, name, "--ignore-not-found", "--timeout=30s"]);
    }
  }

  /** Resolves when the Application is as Git has it, at this commit, and its sync is over. */
  async untilSynced(name: string, commit: string): Promise<void> {
    await this.until(name, "status.sync.revision", commit);
    await this.until(name, "status.sync.status", "Synced");
    await this.until(name, "status.operationState.phase", "Succeeded");
  }

  /**
   * Resolves when Argo CD has compared the Application with this commit and found it to differ. In the same turn it
   * has decided whether to sync.
   */
  async untilOutOfSync(name: string, commit: string): Promise<void> {
    await this.until(name, "status.sync.revision", commit);
    await this.until(name, "status.sync.status", "OutOfSync");
  }

  async untilPhase(name: string, phase: string): Promise<void> {
    await this.until(name, "status.operationState.phase", phase);
  }

  /** Has Argo CD look at Git now, not at its next turn. */
  async refresh(...names: readonly string[]): Promise<void> {
    const applications = names.map((name) => `applications.argoproj.io/${name}`);
    const annotation = "argocd.argoproj.io/refresh=normal";
    await this.server.kubectl(["-n", argoCdNamespace, "annotate", "--overwrite", ...applications, annotation]);
  }

  /** Has the ApplicationSet's controller make its Applications anew, and resolves when it has. */
  async remake(set: string): Promise<void> {
    const annotation = "argocd.argoproj.io/application-set-refresh";
    const target = ["-n", argoCdNamespace, `applicationsets.argoproj.io/${set}`];
    await this.server.kubectl(["annotate", ...target, `${annotation}=true`]);
    await eventually(async () => {
      const live = await this.server.kubectl(["get", ...target, "-o", "json"]);
      if (live.includes(annotation)) throw new Error(`ApplicationSet ${set} has not been looked at`);
    }, 60_000);
  }

  private spec(path: string, syncPolicy: object | undefined): object {
    return {
      project: "default",
      destination: { server: "https://kubernetes.default.svc" },
      source: {
        repoURL: `${this.git.url}/${this.git.user}/${repository}.git`,
        targetRevision: "main",
        path,
      },
      ...(syncPolicy === undefined ? {} : { syncPolicy }),
    };
  }

  /** Throws in the end what Argo CD says of the Application. */
  private async until(name: string, field: string, value: string): Promise<void> {
    const application = ["-n", argoCdNamespace, `applications.argoproj.io/${name}`];
    try {
      await this.server.kubectl(["wait", `--for=jsonpath={.${field}}=${value}`, patience, ...application]);
    } catch (error) {
      await this.argoCd.assertRunning();
      const live = await this.server.kubectl(["get", ...application, "-o", "jsonpath={.status}"]);
      throw new Error(`${String(error)}: ${live.slice(0, 2000)}`);
    }
  }
}
