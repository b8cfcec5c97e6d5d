import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { createAuthority, issueCertificate } from "./api-servers/certificates.ts";
import { inflict } from "./fault-proxy/inflict.ts";
import { fits, kubeRequest } from "./fault-proxy/kube-request.ts";
import type { Upstream } from "./fault-proxy/pass-on.ts";
import { RuleBook } from "./fault-proxy/rule-book.ts";
import type { Fault, KubeRequest, Match, Rule, SeenRequest } from "./fault-proxy/types.ts";

export interface FaultProxyOptions {
  /** Address of the real server, `https://…` or `http://…`. */
  readonly target: string;
  /** File with the authority that signed the server's certificate. */
  readonly targetAuthority?: string;
  /** Draws the requests that a `probability` strikes; equal seeds, equal draws. Default 1. */
  readonly seed?: number;
  /** `false`: without TLS towards its clients. Default: TLS with a certificate of its own authority. */
  readonly tls?: boolean;
}

/**
 * A reverse proxy on a free loopback port before a real API server. It ends TLS with its own authority, so that clients
 * still verify, and passes everything on until a rule says otherwise. Client certificates do not reach the server:
 * use users with tokens.
 *
 * @example
 * const proxy = await startFaultProxy({ target: hub.url, targetAuthority: hub.caFile });
 * afterAll(() => proxy.stop());
 * const kubeconfig = await proxy.kubeconfig(hub.kubeconfig("operator"));
 * proxy.add({ when: { verb: "list", resource: "restores" }, times: 3, fault: { kind: "answer", status: 503 } });
 * proxy.add({ when: { verb: "create" }, times: 1, fault: { kind: "reset", when: "after" } });   // done, but the answer is lost
 * proxy.add({ when: { verb: "watch" }, fault: { kind: "cut", afterMs: 500 } });                 // each watch ends after 0.5 s
 * proxy.add({ when: { verb: "patch" }, times: 1, meanwhile: () => remove(restore) });           // gone just before it is patched
 * proxy.add({ probability: 0.1, fault: { kind: "answer", status: 429, retryAfter: 1 } });       // a tenth of all the rest
 */
export class FaultProxy {
  readonly #options: FaultProxyOptions;
  readonly #folder: string;
  readonly #server: Server;
  readonly #rules: RuleBook;
  readonly #upstream: Upstream;
  readonly #sockets = new Set<Socket>();
  readonly #seen: SeenRequest[] = [];
  readonly #stopped = new AbortController();
  #onSeen: (() => void)[] = [];
  #decide: ((request: KubeRequest) => Fault | undefined) | undefined;
  #port = 0;

  constructor(options: FaultProxyOptions, folder: string, tls: { key: string; cert: string } | undefined, ca?: string) {
    this.#options = options;
    this.#folder = folder;
    this.#rules = new RuleBook(options.seed ?? 1);
    this.#upstream = { url: new URL(options.target), ...(ca === undefined ? {} : { authority: ca }) };
    const serve: RequestListener = (request, response) => {
      const asked = kubeRequest(request.method ?? "GET", request.url ?? "/");
      const decided = this.#decide?.(asked);
      const rule = decided === undefined ? this.#rules.strike(asked) : { fault: decided };
      this.#note({ ...asked, outcome: rule?.fault?.kind ?? "passed" });
      this.#deal(rule, { asked, request, response, upstream: this.#upstream }).catch(() => {
        // The server behind is not there, as its own port would say: the connection breaks.
        request.socket.destroy();
      });
    };
    this.#server = tls === undefined ? createHttpServer(serve) : createHttpsServer(tls, serve);
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `${this.#options.tls === false ? "http" : "https"}://127.0.0.1:${this.#port}`;
  }

  /** File with the proxy's authority. */
  get caFile(): string {
    return join(this.#folder, "ca.crt");
  }

  /** Every request so far, in order, with what happened to it. */
  get requests(): readonly SeenRequest[] {
    return this.#seen;
  }

  /** Adds a rule behind those that are there; the first that fits strikes. */
  add(rule: Rule): void {
    this.#rules.add(rule);
  }

  /** Asked once about each request, before the rules: the fault that strikes it, or `undefined`. */
  decide(by: (request: KubeRequest) => Fault | undefined): void {
    this.#decide = by;
  }

  /** Forgets all rules; what is under way goes on. */
  clear(): void {
    this.#rules.clear();
    this.#decide = undefined;
  }

  /** How many requests of that kind came so far. */
  count(match: Match): number {
    return this.#seen.filter((request) => fits(match, request)).length;
  }

  /** Resolves as soon as `times` requests of that kind have come, those of the past included. */
  async seen(match: Match, times = 1): Promise<void> {
    while (this.count(match) < times) {
      await new Promise<void>((resolve) => this.#onSeen.push(resolve));
    }
  }

  /** Path of a copy of the kubeconfig whose clusters all lie behind this proxy. */
  async kubeconfig(original: string): Promise<string> {
    const config = parse(await readFile(original, "utf8")) as { clusters: { cluster: object }[] }; // written by the test
    const authority = await readFile(this.caFile, "base64");
    for (const entry of config.clusters) {
      entry.cluster = { server: this.url, "certificate-authority-data": authority };
    }
    const file = join(this.#folder, `${crypto.randomUUID()}.kubeconfig`);
    await writeFile(file, stringify(config), { mode: 0o600 });
    return file;
  }

  /** Breaks every connection that is open now. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** From now on connections are refused, and those that are open break. */
  async goDown(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cutAll();
    await closed;
  }

  /** Listens, after `goDown` on the same port as before. */
  async comeUp(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port; // listens on TCP
  }

  /** Ends every connection and removes every file. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    if (this.#server.listening) await this.goDown();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #deal(rule: Rule | undefined, exchange: Parameters<typeof inflict>[1]): Promise<void> {
    if (rule?.delayMs !== undefined) await pause(rule.delayMs, undefined, { signal: this.#stopped.signal });
    if (rule?.meanwhile !== undefined) {
      const { response } = exchange;
      await rule.meanwhile(new Promise((resolve) => response.once("close", resolve)));
      // The caller gave up while it was held: the server must not see what nobody waits for.
      if (response.destroyed) return;
    }
    await inflict(rule?.fault, exchange);
  }

  #note(request: SeenRequest): void {
    this.#seen.push(request);
    for (const resolve of this.#onSeen.splice(0)) resolve();
  }
}

/** Starts a proxy, see `FaultProxy`. */
export async function startFaultProxy(options: FaultProxyOptions): Promise<FaultProxy> {
  const folder = await mkdtemp(join(tmpdir(), "fairlead-proxy-"));
  const authority = await createAuthority(folder, "fairlead-fault-proxy");
  const own = await issueCertificate(
    folder,
    "proxy",
    { commonName: "fault-proxy", alternativeNames: ["IP:127.0.0.1", "DNS:localhost"], use: "serverAuth" },
    authority,
  );
  const pair =
    options.tls === false
      ? undefined
      : { key: await readFile(own.keyFile, "utf8"), cert: await readFile(own.certFile, "utf8") };
  const ca = options.targetAuthority === undefined ? undefined : await readFile(options.targetAuthority, "utf8");
  const proxy = new FaultProxy(options, folder, pair, ca);
  await proxy.comeUp();
  return proxy;
}
