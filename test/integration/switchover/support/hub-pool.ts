import { afterAll } from "@jest/globals";
import type { ApiServers } from "../../../support/api-servers.ts";
import { startHubServers } from "../../../support/hubs.ts";

// Two API servers cost ten seconds of a processor, their content one: the tests of a file hand them on.
interface Pooled {
  readonly kind: string;
  readonly servers: ApiServers;
  /** Whether they hold again what they held when they were new. */
  restore(): Promise<boolean>;
}

const most = 3;
const idle: Pooled[] = [];
let isOver = false;

// It comes before the hooks of the test file itself: what these give back ends at once.
afterAll(async () => {
  isOver = true;
  await Promise.all(idle.map(({ servers }) => servers.stop()));
}, 60_000);

/** The API servers of two hubs as `startHubServers` starts them, perhaps those that an earlier test gave back. */
export async function pooledHubServers(version: string): Promise<ApiServers> {
  return await pooledServers(`hubs of ${version}`, () => startHubServers(version));
}

/** @param kind what `start` starts: servers of one kind are as good as each other */
export async function pooledServers(kind: string, start: () => Promise<ApiServers>): Promise<ApiServers> {
  const index = idle.findIndex((one) => one.kind === kind);
  const [found] = index < 0 ? [] : idle.splice(index, 1);
  if (found !== undefined && (await found.restore())) return lent(found);
  await found?.servers.stop();
  return lent(await pooled(kind, await start()));
}

async function pooled(kind: string, servers: ApiServers): Promise<Pooled> {
  const contents = await servers.keepContent();
  return {
    kind,
    servers,
    restore: async () => {
      const all = Object.values(servers.servers);
      const ready = await Promise.all(all.map((server) => server.isReady()));
      if (!ready.every(Boolean)) return false;
      const outcomes = await Promise.all(contents.map((content) => content.restore()));
      await Promise.all(all.map((server) => server.forgetAuditEvents()));
      return outcomes.every((outcome) => outcome === "restored");
    },
  };
}

/** Their `stop` gives them back. */
function lent(hubs: Pooled): ApiServers {
  let isGivenBack = false;
  return {
    ...hubs.servers,
    stop: async () => {
      if (isGivenBack) return;
      isGivenBack = true;
      if (isOver) await hubs.servers.stop();
      else await keep(hubs);
    },
  };
}

async function keep(hubs: Pooled): Promise<void> {
  idle.push(hubs);
  if (idle.length > most) await idle.shift()?.servers.stop();
}
