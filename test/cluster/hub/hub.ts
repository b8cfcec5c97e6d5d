import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { apiServerFiles } from "../../support/api-servers/arguments.ts";
import { type AuditEvent, completeAuditLog, readAuditLog } from "../../support/api-servers/audit-log.ts";
import { type HttpsResponse, httpsGet } from "../../support/api-servers/https-get.ts";
import { runKubectl } from "../../support/api-servers/run-kubectl.ts";
import { kubeconfigFile } from "../../support/api-servers/test-api-server.ts";
import { isAlive } from "../programs/process-identity.ts";
import { untilReady } from "./daemon.ts";
import type { HubRecord, Part } from "./hub-state.ts";
import { PartControl } from "./part-control.ts";
import type { StateKeeper } from "./state-keeper.ts";

/** Programs that make up a hub; each can be stopped and started again. */
export type HubProgram = "kube-apiserver" | "kube-controller-manager" | "velero" | "simulator" | "backup-operator";

/** A running hub: a Kubernetes API with real Velero behind it. */
export class Hub {
  readonly name: string;
  readonly url: string;
  readonly address: string;
  readonly folder: string;
  readonly caFile: string;
  readonly #parts: PartControl;
  readonly #kubectl: string;

  constructor(record: HubRecord, keeper: StateKeeper, kubectl: string) {
    this.name = record.name;
    this.url = record.url;
    this.address = record.address;
    this.folder = record.folder;
    this.caFile = join(record.folder, apiServerFiles.authority);
    this.#parts = new PartControl(record.name, keeper);
    this.#kubectl = kubectl;
  }

  /** Path of a kubeconfig: `admin`, `operator`, `validator`, `viewer`, `nobody`. Default: `admin`, who may do anything. */
  kubeconfig(user = "admin"): string {
    return kubeconfigFile(this.folder, user);
  }

  /** Runs kubectl as admin and returns its standard output. @throws Error with what kubectl said. */
  kubectl(args: readonly string[], input = ""): Promise<string> {
    return runKubectl({
      program: this.#kubectl,
      kubeconfig: this.kubeconfig(),
      cacheFolder: join(this.folder, "kubectl-cache"),
      args,
      input,
      server: this.name,
    });
  }

  /** GET as admin, certificate verified. `path` begins with a slash. */
  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpsResponse> {
    const [authority, token] = await Promise.all([readFile(this.caFile, "utf8"), this.#adminToken()]);
    return await httpsGet({
      url: `${this.url}${path}`,
      authority,
      headers: { ...headers, authorization: `Bearer ${token}` },
      timeoutMs: 10_000,
    });
  }

  /** What clients asked of this hub so far; calls that ended before this call are all in it. */
  async auditEvents(): Promise<readonly AuditEvent[]> {
    const file = join(this.folder, apiServerFiles.auditLog);
    const { process } = this.#parts.part("kube-apiserver");
    if (process === undefined || !(await isAlive(process))) return (await readAuditLog(file)).events;
    return (await completeAuditLog(file, (auditId) => this.get("/version", { "Audit-ID": auditId }))).events;
  }

  /** Path of a program's log. */
  logFile(program: HubProgram): string {
    return this.#parts.part(program).logFile;
  }

  /** Every program of this hub with whether it lives. */
  programs(): Promise<Readonly<Record<string, boolean>>> {
    return this.#parts.living();
  }

  /** SIGKILL, as a crash would end it; resolves when it is gone. */
  kill(program: HubProgram): Promise<void> {
    return this.#parts.kill(program);
  }

  /** Ends everything of the hub, as the loss of its machines would; the names of what was killed. */
  async lose(): Promise<readonly string[]> {
    const lived = Object.entries(await this.programs()).flatMap(([name, lives]) => (lives ? [name] : []));
    for (const name of lived) await this.#parts.kill(name);
    return lived;
  }

  /** Starts again what {@link lose} ended. */
  async comeBack(lost: readonly string[]): Promise<void> {
    for (const name of lost) await this.#start(name);
  }

  /** Starts a program that was killed, with the same command. An API server is ready when this resolves. */
  async start(program: HubProgram, signal?: AbortSignal): Promise<void> {
    await this.#start(program, signal);
  }

  async #start(program: string, signal = new AbortController().signal): Promise<void> {
    await this.#parts.start(program);
    if (program !== "kube-apiserver") return;
    const { process: identity, ...part } = this.#parts.part(program);
    if (identity === undefined) throw new Error(`${part.name} was killed while it was started`);
    await untilReady({ part, identity, timeoutMs: 120_000, signal, look: () => this.lookReady() });
  }

  /** Starts a further program of this hub, which ends with it. `look` says what is missing until it works. */
  launch(part: Part, look: () => Promise<string | undefined>): Promise<void> {
    return this.#parts.launch(part, look);
  }

  /** Undefined when the API server is ready, else what it says. */
  async lookReady(): Promise<string | undefined> {
    const { status, body } = await this.get("/readyz?verbose");
    return status === 200 ? undefined : `/readyz answered ${status}: ${body}`;
  }

  async #adminToken(): Promise<string> {
    const tokens = await readFile(join(this.folder, apiServerFiles.tokens), "utf8");
    return /^([0-9a-f]+),admin,/m.exec(tokens)?.[1] ?? "";
  }
}
