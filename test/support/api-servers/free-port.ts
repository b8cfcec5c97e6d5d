import { randomInt } from "node:crypto";
import { createServer } from "node:net";

// Below the range that the kernel gives to outgoing connections (32768 and up on Linux): nobody takes the port by
// chance while its server is down for a restart.
const lowest = 20_000;
const highest = 32_000;

/** By this process: of several ports that are chosen before the first of them is bound, no two are the same. */
const given = new Set<number>();

/** A TCP port on 127.0.0.1 that was free a moment ago; whoever uses it must still cope with "address in use". */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const port = randomInt(lowest, highest);
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(`no free port on 127.0.0.1 between ${lowest} and ${highest} in 100 attempts`);
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
