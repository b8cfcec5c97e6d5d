import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SetupError } from "../../cluster/programs/setup-error.ts";
import { type ApiServerLayout, apiServerArguments, apiServerFiles } from "./arguments.ts";
import { type AuditEvent, type AuditLogPart, completeAuditLog, readAuditLog } from "./audit-log.ts";
import { httpsGet } from "./https-get.ts";
import { ManagedProcess, rareCollection } from "./managed-process.ts";
import { runKubectl } from "./run-kubectl.ts";
import type { TestUser } from "./users.ts";

export interface ApiServerPrograms {
  readonly apiServer: string;
  readonly kubectl: string;
}

export interface ApiServerSpec {
  readonly layout: ApiServerLayout;
  readonly users: ReadonlyMap<string, TestUser>;
  readonly programs: ApiServerPrograms;
  readonly pidFolder: string;
  readonly extraArguments: readonly string[];
  readonly readyTimeoutMs: number;
}

/** What another one goes on with. JSON but for the process. */
export interface LeftApiServer {
  readonly spec: Omit<ApiServerSpec, "users"> & { readonly users: readonly TestUser[] };
  readonly auditBegins: number;
}

/** Files of a server's folder that are written before its start. */
export function kubeconfigFile(folder: string, user: string): string {
  return join(folder, `${user}.kubeconfig`);
}
export const certificateUser = "admin-by-certificate";

/** A real kube-apiserver for tests. */
export class TestApiServer {
  readonly name: string;
  readonly url: string;
  readonly caFile: string;
  readonly folder: string;
  readonly #spec: ApiServerSpec;
  readonly #authority: string;
  #process: ManagedProcess | undefined;
  #auditBegins = 0;

  constructor(spec: ApiServerSpec) {
    const { name, folder, address, port } = spec.layout;
    this.#spec = spec;
    this.name = name;
    this.folder = folder;
    this.url = `https://${address}:${port}`;
    this.caFile = join(folder, apiServerFiles.authority);
    this.#authority = readFileSync(this.caFile, "utf8");
  }

  /** Lets go of the running server. */
  leave(): { readonly left: LeftApiServer; readonly process: ChildProcess | undefined } {
    const spec = { ...this.#spec, users: [...this.#spec.users.values()] };
    return { left: { spec, auditBegins: this.#auditBegins }, process: this.#process?.leave() };
  }

  static adopt({ spec, auditBegins }: LeftApiServer, process: ChildProcess): TestApiServer {
    const users = new Map(spec.users.map((user) => [user.name, user]));
    const server = new TestApiServer({ ...spec, users });
    server.#auditBegins = auditBegins;
    server.#process = ManagedProcess.adopt(server.#processSpec, process);
    return server;
  }

  get #processSpec() {
    return { name: "kube-apiserver", folder: this.folder, pidFolder: this.#spec.pidFolder };
  }

  /** Path of a kubeconfig for the user (bearer token, CA verified). Default: `admin`, who may do anything. */
  kubeconfig(user = "admin"): string {
    return kubeconfigFile(this.folder, this.#user(user).name);
  }

  /** The user's bearer token. */
  token(user = "admin"): string {
    return this.#user(user).token;
  }

  /** Path of a kubeconfig that is an administrator by client certificate. */
  clientCertificateKubeconfig(): string {
    return kubeconfigFile(this.folder, certificateUser);
  }

  /** What clients asked of this server so far, whoever they are; calls that ended before this call are all in it. */
  async auditEvents(): Promise<readonly AuditEvent[]> {
    return (await this.#auditLog()).events;
  }

  /** From here on `auditEvents` begins anew. Returns how many bytes the server has logged since its start. */
  async forgetAuditEvents(): Promise<number> {
    this.#auditBegins = (await this.#auditLog()).end;
    return this.#auditBegins;
  }

  async #auditLog(): Promise<AuditLogPart> {
    const file = join(this.folder, apiServerFiles.auditLog);
    const from = this.#auditBegins;
    if (this.#process === undefined || this.#process.exitStatus !== undefined) return await readAuditLog(file, from);
    return await completeAuditLog(file, (auditId) => this.#get("/version", { "Audit-ID": auditId }, 10_000), from);
  }

  /** Runs kubectl as admin and returns its standard output. @throws Error with what kubectl said. */
  kubectl(args: readonly string[], input = ""): Promise<string> {
    return runKubectl({
      program: this.#spec.programs.kubectl,
      kubeconfig: this.kubeconfig(),
      cacheFolder: join(this.folder, "kubectl-cache"),
      args,
      input,
      server: this.name,
    });
  }

  /** Starts the process and resolves when `/readyz` answers. The data is what etcd holds for this name. */
  async start(): Promise<void> {
    const { layout, programs, extraArguments } = this.#spec;
    this.#process = await ManagedProcess.start({
      ...this.#processSpec,
      command: programs.apiServer,
      args: [...apiServerArguments(layout), ...extraArguments],
      environment: rareCollection,
    });
    await this.#becomeReady(this.#process);
  }

  /** Whether it runs and answers: nobody killed or suspended it. */
  async isReady(): Promise<boolean> {
    if (this.#process?.exitStatus !== undefined) return false;
    return await this.#get("/readyz", {}, 5_000).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** SIGKILL; resolves when the process is gone and its port answers nobody. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  /** Kills it where it still runs, then starts it on the same port with the same data. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** SIGSTOP: connections stay open, nothing is answered. */
  suspend(): void {
    this.#process?.signal("SIGSTOP");
  }

  /** SIGCONT after `suspend`. */
  resume(): void {
    this.#process?.signal("SIGCONT");
  }

  async #becomeReady(server: ManagedProcess): Promise<void> {
    const deadline = performance.now() + this.#spec.readyTimeoutMs;
    let last = "no answer";
    while (server.exitStatus === undefined && performance.now() < deadline) {
      try {
        const { status, body } = await this.#get("/readyz?verbose", {}, 5_000);
        if (status === 200) return;
        last = `/readyz answered ${status}: ${body.split("\n").filter((line) => line.startsWith("[-]"))}`;
      } catch (error) {
        last = String(error);
      }
      await pause(25);
    }
    throw new SetupError({
      id: "API-03",
      what: `API server "${this.name}" did not become ready (${server.exitStatus ?? last})`,
      why: `last lines of ${server.logFile}:\n    ${await server.lastLines(8)}`,
      fix: "a machine under heavy load may need a larger readyTimeoutMs; else the log names the reason",
    });
  }

  #get(path: string, headers: Readonly<Record<string, string>>, timeoutMs: number) {
    const authorization = `Bearer ${this.token()}`;
    const url = `${this.url}${path}`;
    return httpsGet({ url, authority: this.#authority, headers: { ...headers, authorization }, timeoutMs });
  }

  #user(name: string): TestUser {
    const user = this.#spec.users.get(name);
    if (user !== undefined) return user;
    throw new Error(
      `API server "${this.name}" knows no user "${name}", only ${[...this.#spec.users.keys()].join(", ")}`,
    );
  }
}
