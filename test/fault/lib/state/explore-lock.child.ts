import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FairleadError } from "../../../../steps/lib/errors/fairlead-error.ts";
import { seededRandom } from "./child-process.ts";
import { type Contender, drive, turn } from "./interleave.ts";

// The lock is loaded after `interleave.ts` has put its hands on the file system calls.
const { acquireFileLock } = await import("../../../../steps/lib/state/file-lock.ts");

const [scenario = "", firstSeed = "0", seeds = "1"] = process.argv.slice(2);
const start = Date.parse("2026-11-24T15:30:00Z");
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent };
const counts = { acquired: 0, takenOver: 0, refused: 0, killed: 0, killedHolding: 0, lost: 0 };
const faults: string[] = [];

function sleepOrStand(ms: number, signal: AbortSignal): Promise<void> {
  if (ms < 1_000) return turn();
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function hex(random: () => number, bytes: number): string {
  return Array.from({ length: bytes }, () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, "0"),
  ).join("");
}

interface World {
  readonly file: string;
  readonly random: () => number;
  readonly gone: Set<string>;
  /** Whoever has the lock and is alive. */
  readonly inside: Set<string>;
  readonly owners: Map<Contender, string>;
}

async function hold(world: World, contender: Contender, owner: string): Promise<void> {
  const { file, random, gone, inside } = world;
  world.owners.set(contender, owner);
  const lock = await acquireFileLock(file, {
    owner,
    pod: contender.name,
    operation: "op",
    mode: 0o664,
    clock: { now: () => start, monotonic: () => start, sleep: sleepOrStand },
    random: { next: random, hex: (bytes) => hex(random, bytes) },
    log: silent,
    signal: new AbortController().signal,
    isOwnerGone: async (holder) => gone.has(holder.owner),
    onLost: () => undefined,
  });
  counts.acquired += 1;
  if (lock.takenOverFrom !== undefined) counts.takenOver += 1;
  if (inside.size > 0) faults.push(`${owner} is inside together with ${[...inside].join(", ")}`);
  inside.add(owner);
  for (let stay = Math.floor(random() * 6); stay > 0; stay -= 1) await turn();
  await lock.assertHeld();
  inside.delete(owner);
  if (random() < 0.5) await lock.release();
  else {
    await lock.detach();
    gone.add(owner);
  }
}

async function contend(world: World, contender: Contender, owners: readonly string[]): Promise<void> {
  for (const owner of owners) {
    try {
      await hold(world, contender, owner);
    } catch (error) {
      if (!(error instanceof FairleadError)) throw error;
      if (error.text.id === "STATE-08") counts.refused += 1;
      else if (error.text.id === "STATE-09") counts.lost += 1;
      else throw error;
      if (world.inside.delete(owner)) faults.push(`${owner} was inside and lost the lock: ${error.text.why}`);
    }
  }
}

function plant(world: World, owner: string, heartbeatAt: number): void {
  const record = { owner, pod: "p", operation: "op", nonce: hex(world.random, 16), acquiredAt: "then" };
  const content = JSON.stringify({ ...record, heartbeatAt: new Date(heartbeatAt).toISOString() });
  writeFileSync(`${world.file}.lock`, content.padEnd(2_048));
}

function scene(world: World): ReadonlyMap<string, readonly string[]> {
  switch (scenario) {
    case "free":
      return new Map([
        ["a", ["a1", "a2", "a3"]],
        ["b", ["b1", "b2", "b3"]],
        ["c", ["c1", "c2", "c3"]],
      ]);
    case "owner-gone":
      plant(world, "dead", start);
      world.gone.add("dead");
      return new Map([
        ["a", ["a1", "a2"]],
        ["b", ["b1", "b2"]],
        ["c", ["c1", "c2"]],
      ]);
    case "expired-owner-returns":
      plant(world, "late", start - 600_001);
      return new Map([
        ["late", ["late"]],
        ["a", ["a1"]],
        ["b", ["b1"]],
      ]);
    default:
      throw new Error(`no scenario ${scenario}`);
  }
}

async function explore(seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "fairlead-explore-"));
  const random = seededRandom(seed);
  const world: World = { file: join(folder, "s"), random, gone: new Set(), inside: new Set(), owners: new Map() };
  const works = new Map<Contender, () => Promise<void>>();
  for (const [name, owners] of scene(world)) {
    const contender: Contender = { name, killed: false, ended: false };
    works.set(contender, () => contend(world, contender, owners));
  }
  const onKill = (contender: Contender): void => {
    const owner = world.owners.get(contender) ?? "";
    counts.killed += 1;
    if (world.inside.delete(owner)) counts.killedHolding += 1;
    world.gone.add(owner);
  };
  await drive(works, { random, killRate: seed % 2 === 0 ? 0 : 0.01, onKill });
  // Whatever happened, the next run gets in when all others are gone, and leaves nothing.
  for (const owner of world.owners.values()) world.gone.add(owner);
  const last: Contender = { name: "last", killed: false, ended: false };
  await drive(new Map([[last, () => contend(world, last, ["last"])]]), { random, killRate: 0, onKill });
  const left = readdirSync(folder).filter((name) => !/^s\.lock(\.tmp-[0-9a-f]+)?$/.test(name));
  if (left.length > 0) faults.push(`left behind: ${left.join(", ")}`);
  rmSync(folder, { recursive: true });
}

const before = counts.acquired;
for (let seed = Number(firstSeed); seed < Number(firstSeed) + Number(seeds); seed += 1) {
  await explore(seed);
  if (faults.length > 0) {
    faults.push(`seed ${seed}`);
    break;
  }
}
process.stdout.write(JSON.stringify({ ...counts, acquired: counts.acquired - before, faults }));
