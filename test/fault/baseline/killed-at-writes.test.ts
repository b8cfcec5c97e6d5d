import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chosen, everywhere, killTimeoutMs, seed } from "../lib/kill/sampling.ts";
import { type FinalPlatform, finalPlatform } from "./support/final-platform.ts";
import { type KillPoint, ProxiedBaseline } from "./support/proxied-baseline.ts";
import { autopilot, disturb, slowly } from "./support/scene.ts";

/** Right before and right after a write, which is one of several of its kind or the only one. */
function pointsOf(write: string, index: number, writes: readonly string[]): readonly KillPoint[] {
  const number = writes.slice(0, index + 1).filter((other) => other === write).length;
  return (["before", "after"] as const).map((when) => ({ write, number, when }));
}

const stateWrite = "update configmaps virt-platform-autopilot-state";
const happenedOnce = ["ThrashingDetected UIPlugin/monitoring", "CRDDiscovered uiplugins.observability.openshift.io"];
/** Nobody can see whether an absent object was made and deleted since: a killed run has counted one that it may not have made. */
const absent = "MachineConfig/90-worker-swap-online";

describe("a run of the baseline that is killed right before or after a write", () => {
  let platform: ProxiedBaseline;
  let writes: readonly string[];
  let reference: FinalPlatform;

  beforeAll(async () => {
    platform = await ProxiedBaseline.open(autopilot);
    await disturb(platform);
    await platform.begin();
    const seen = platform.writes().length;
    expect((await platform.run({ flags: slowly })).exitCode).toBe(3);
    // A slow machine may see the Lease renewed.
    writes = platform
      .writes()
      .slice(seen)
      .filter((write) => !write.startsWith("update leases"));
    expect((await platform.run({ flags: slowly })).exitCode).toBe(0);
    reference = await finalPlatform(platform.bench);
  }, killTimeoutMs);
  afterAll(() => platform?.close());

  test("stores each correction and each pause before it writes it, and what is left after all of it", () => {
    const told = writes.filter((write) => !write.includes(" events"));
    const marked = "patch uiplugins monitoring";
    expect(told).toEqual([
      "create leases",
      "delete uiplugins kubevirt-plugin",
      ...[stateWrite, "patch hyperconvergeds kubevirt-hyperconverged"],
      ...[stateWrite, "patch machineconfigs 90-worker-swap-online"],
      ...[stateWrite, "patch kubedeschedulers cluster"],
      ...[stateWrite, marked, stateWrite],
      stateWrite,
      "delete leases virt-platform-autopilot-reconcile",
    ]);
    expect(reference.writes).toEqual(told.filter((write) => !/leases|configmaps/.test(write)).toSorted());
  });

  test("writes nothing to objects, nor counts anything, where nothing has drifted", async () => {
    const before = platform.writes().length;
    expect((await platform.run({ flags: slowly })).exitCode).toBe(0);
    const more = platform.writes().slice(before);
    expect(more.filter((write) => !/ events|^update leases/.test(write))).toEqual([
      "create leases",
      stateWrite,
      "delete leases virt-platform-autopilot-reconcile",
    ]);
  });

  async function tryOne(kill: KillPoint): Promise<void> {
    await platform.begin();
    const killed = await platform.run({ flags: slowly, kill });
    expect(killed.exitCode).toBe(null);
    const again = await platform.run({ flags: slowly });
    if (again.exitCode !== 0 && again.exitCode !== 3)
      throw new Error(`exit ${again.exitCode}: ${again.stderr.slice(-900)}`);
    expect((await platform.run({ flags: slowly })).exitCode).toBe(0);
    const final = await finalPlatform(platform.bench);
    expect(final.objects).toEqual(reference.objects);
    expect(final.writes).toEqual(reference.writes);
    expect(final.state).toEqual(reference.state);
    // One that had stored its state was through: what holds is told by each run that is.
    const stateWrites = writes.filter((write) => write === stateWrite).length;
    const isLastState = kill.write === stateWrite && kill.number === stateWrites && kill.when === "after";
    const isThrough = isLastState || kill.write.startsWith("delete leases");
    const tooOften = Object.entries(final.told).filter(([event, count]) => count > (reference.told[event] ?? 0));
    // Of the runs after a killed one, one more may succeed.
    const toldByMore = isThrough ? /^(ReconcileSucceeded|UnmanagedMode) / : /^ReconcileSucceeded /;
    expect(tooOften.filter(([event]) => !toldByMore.test(event))).toEqual([]);
    for (const event of happenedOnce) expect({ event, count: final.told[event] }).toEqual({ event, count: 1 });
    const isLost = kill.when === "before" && kill.write.startsWith("patch machineconfigs");
    const wasJournaled = kill.when === "after" && kill.write === stateWrite && kill.number === 2;
    const spent = isLost || wasJournaled ? 1 : 0;
    const { [absent]: corrections = 0 } = reference.corrections;
    const { [absent]: tokens = 0 } = reference.tokens;
    expect(final.corrections).toEqual({ ...reference.corrections, [absent]: corrections + spent });
    expect(final.tokens).toEqual({ ...reference.tokens, [absent]: tokens - spent });
  }

  test(
    "leaves to the next one what an undisturbed run leaves: same objects, same state, no token more, nothing told twice",
    async () => {
      const points = chosen(writes.flatMap(pointsOf), 8);
      const label = ({ when, number, write }: KillPoint): string => `${when} write ${number} of "${write}"`;
      console.log(
        `killed at ${everywhere ? "all" : `${points.length}, by seed ${seed}`}:\n${points.map(label).join("\n")}`,
      );
      const failures: string[] = [];
      for (const point of points) {
        await tryOne(point).catch((error: unknown) => failures.push(`killed ${label(point)}: ${String(error)}`));
      }
      expect(failures).toEqual([]);
    },
    killTimeoutMs,
  );
});
