import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectSocket, type Socket } from "node:net";

/** A forward proxy as companies have them: opens tunnels (CONNECT), if asked with the right password. */
export class ConnectProxy {
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(login?: string) {
    this.#server = createServer();
    this.#server.on("connect", (request, client: Socket, head) => {
      this.#keep(client);
      const wanted = `Basic ${Buffer.from(login ?? "").toString("base64")}`;
      if (login !== undefined && request.headers["proxy-authorization"] !== wanted) {
        client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
        return;
      }
      this.tunnels.push(request.url ?? "");
      const [host, port] = (request.url ?? "").split(":");
      const server = connectSocket(Number(port), host, () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        server.write(head);
        server.pipe(client).pipe(server);
      });
      this.#keep(server);
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((listening) => this.#server.listen(0, "127.0.0.1", listening));
    // Listens on TCP.
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.once("close", () => this.#sockets.delete(socket));
  }
}
