import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority, issueCertificate } from "../../../support/api-servers/certificates.ts";
import { kubeconfig } from "../../../support/api-servers/kubeconfig.ts";

const notFound = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound", code: 404 };

/** Stands where an API server could be, has nothing, and counts who comes. */
export class CountingServer {
  readonly #folder: string;
  readonly #server: Server;
  #asked: string[] = [];
  #connections = 0;

  private constructor(folder: string, server: Server) {
    this.#folder = folder;
    this.#server = server;
    server.on("connection", () => {
      this.#connections += 1;
    });
    server.on("request", (request, response) => {
      this.#asked.push(`${request.method} ${request.url}`);
      response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify(notFound));
    });
  }

  static async start(): Promise<CountingServer> {
    const folder = await mkdtemp(join(tmpdir(), "fairlead-counting-"));
    const authority = await createAuthority(folder, "counting");
    const subject = { commonName: "counting", alternativeNames: ["IP:127.0.0.1"], use: "serverAuth" } as const;
    const pair = await issueCertificate(folder, "server", subject, authority);
    const [key, cert] = await Promise.all([readFile(pair.keyFile), readFile(pair.certFile)]);
    const server = new CountingServer(folder, createServer({ key, cert }));
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    const { port } = server.#server.address() as AddressInfo; // it listens at a port
    const text = kubeconfig({
      name: "counting",
      url: `https://127.0.0.1:${port}`,
      authority: await readFile(authority.certFile, "utf8"),
      user: "counted",
      credential: { token: "none" },
    });
    await writeFile(server.kubeconfig, text, { mode: 0o600 });
    return server;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#folder, { recursive: true });
  }

  /** Path of the file that leads here. */
  get kubeconfig(): string {
    return join(this.#folder, "kubeconfig");
  }

  /** Requests since it last forgot. */
  get asked(): readonly string[] {
    return this.#asked;
  }

  /** Connections since then, with or without a request. */
  get connections(): number {
    return this.#connections;
  }

  forget(): void {
    this.#asked = [];
    this.#connections = 0;
  }
}
