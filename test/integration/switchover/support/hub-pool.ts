import type { ChildProcess } from "node:child_process";
import { afterAll } from "@jest/globals";
import type { KeptContent, LeftContent } from "../../../support/api-servers/kept-content.ts";
import { type ApiServers, adoptApiServers } from "../../../support/api-servers.ts";
import { startHubServers } from "../../../support/hubs.ts";

interface Left {
  readonly kind: string;
  readonly text: string;
  readonly processes: readonly ChildProcess[];
}

declare global {
  /** Of `kept-servers-environment.js`: what test files that one process runs leave to those after them. */
  var keptServers: {
    put(kind: string, text: string, processes: readonly ChildProcess[]): void;
    take(kind: string): Left | undefined;
    takeBeyond(count: number): Left | undefined;
  };
}

// Two API servers cost ten seconds of a processor, their content one: tests hand them on, within a file and beyond.
interface Pooled {
  readonly kind: string;
  readonly servers: ApiServers;
  readonly contents: readonly KeptContent[];
}

const most = 3;
const mostLeft = 2;
// A log that grows on for a whole test level would fill the disk.
const mostLogged = 64 * 1024 ** 2;
const idle: Pooled[] = [];
let isOver = false;

// It comes before the hooks of the test file itself: what these give back is left to other files at once.
afterAll(async () => {
  isOver = true;
  for (const one of idle) await leave(one);
}, 60_000);

async function leave({ kind, servers, contents }: Pooled): Promise<void> {
  const { description, processes } = servers.leave();
  const text = JSON.stringify({ description, contents: contents.map((content) => content.leave()) });
  keptServers.put(kind, text, processes);
  const tooMany = keptServers.takeBeyond(mostLeft);
  if (tooMany !== undefined) await adopted(tooMany).servers.stop();
}

function adopted({ kind, text, processes }: Left): Pooled {
  // Written by `leave`.
  const { description, contents } = JSON.parse(text) as { description: string; contents: readonly LeftContent[] };
  const servers = adoptApiServers({ description, processes });
  return { kind, servers, contents: servers.adoptContent(contents) };
}

/** The API servers of two hubs as `startHubServers` starts them, perhaps those that an earlier test gave back. */
export async function pooledHubServers(version: string): Promise<ApiServers> {
  return await pooledServers(`hubs of ${version}`, () => startHubServers(version));
}

/** @param kind what `start` starts: servers of one kind are as good as each other */
export async function pooledServers(kind: string, start: () => Promise<ApiServers>): Promise<ApiServers> {
  const found = idleOf(kind) ?? leftOf(kind);
  if (found !== undefined && (await isAsNew(found))) return lent(found);
  await found?.servers.stop();
  const servers = await start();
  return lent({ kind, servers, contents: await servers.keepContent() });
}

function idleOf(kind: string): Pooled | undefined {
  const index = idle.findIndex((one) => one.kind === kind);
  return index < 0 ? undefined : idle.splice(index, 1)[0];
}

function leftOf(kind: string): Pooled | undefined {
  const left = keptServers.take(kind);
  return left === undefined ? undefined : adopted(left);
}

/** Whether they hold again what they held when they were new. */
async function isAsNew({ servers, contents }: Pooled): Promise<boolean> {
  const all = Object.values(servers.servers);
  const ready = await Promise.all(all.map((server) => server.isReady()));
  if (!ready.every(Boolean)) return false;
  const outcomes = await Promise.all(contents.map((content) => content.restore()));
  const logged = await Promise.all(all.map((server) => server.forgetAuditEvents()));
  return outcomes.every((outcome) => outcome === "restored") && logged.every((bytes) => bytes < mostLogged);
}

/** Their `stop` gives them back. */
function lent(hubs: Pooled): ApiServers {
  let isGivenBack = false;
  return {
    ...hubs.servers,
    stop: async () => {
      if (isGivenBack) return;
      isGivenBack = true;
      if (isOver) await leave(hubs);
      else await keep(hubs);
    },
  };
}

async function keep(hubs: Pooled): Promise<void> {
  idle.push(hubs);
  if (idle.length > most) await idle.shift()?.servers.stop();
}
