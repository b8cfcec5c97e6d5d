import { createServer, type Socket } from "node:net";

/** Something that listens where an API server should. */
export interface OddServer {
  readonly url: string;
  /** How many connections were made so far. */
  connections(): number;
  close(): void;
}

async function listen(onSocket: (socket: Socket) => void): Promise<OddServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on("error", () => undefined).on("close", () => sockets.delete(socket)));
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `https://127.0.0.1:${address.port}`,
    connections: () => connections,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Takes every connection and never says a word. */
export function silentServer(): Promise<OddServer> {
  return listen(() => undefined);
}

/** Answers in HTTP without TLS. */
export function plainServer(): Promise<OddServer> {
  return listen((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
}
